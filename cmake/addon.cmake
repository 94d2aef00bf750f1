# The addon. cmake-js passes Node's include folders and, on Windows, what to link; the sanitizer and coverage variants are
# built without it. Node's headers come from the npm package node-api-headers both times, so nothing is downloaded.
include(node_headers)
find_npm_headers(node-addon-api node_addon_api)
if(NOT DEFINED CMAKE_JS_VERSION)
  find_npm_headers(node-api-headers CMAKE_JS_INC)
endif()

add_library(addon SHARED ${binding_sources} ${CMAKE_JS_SRC})
set_target_properties(addon PROPERTIES OUTPUT_NAME node_tensorrt PREFIX "" SUFFIX ".node")
compile_by_folder(addon)
target_include_directories(addon SYSTEM PRIVATE ${CMAKE_JS_INC} "${node_addon_api}")
target_link_libraries(addon PRIVATE ntrt ${CMAKE_JS_LIB})
target_compile_definitions(addon PRIVATE
  NAPI_VERSION=9
  NAPI_DISABLE_CPP_EXCEPTIONS
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
  NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS
  NODE_ADDON_API_DISABLE_DEPRECATED)

if(NODE_TENSORRT_COVERAGE)
  target_sources(addon PRIVATE "${PROJECT_SOURCE_DIR}/native/test/coverage/dump_on_signal.cc")
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # nodelete: Node closes an addon when the last worker that loaded it ends, while our threads may still run in it.
  # Bsymbolic, exports.map: another addon's symbols of the same name never replace ours, nor ours theirs; nor do those
  # of a C++ runtime that is linked in.
  target_link_options(addon PRIVATE -Wl,-z,nodelete -Wl,-Bsymbolic
    "-Wl,--version-script=${PROJECT_SOURCE_DIR}/native/exports.map")
endif()

if(MSVC AND CMAKE_JS_NODELIB_DEF AND CMAKE_JS_NODELIB_TARGET)
  execute_process(COMMAND ${CMAKE_AR} /def:${CMAKE_JS_NODELIB_DEF} /out:${CMAKE_JS_NODELIB_TARGET} ${CMAKE_STATIC_LINKER_FLAGS})
endif()
