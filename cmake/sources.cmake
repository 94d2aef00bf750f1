# Reads the list of sources (one path a line, relative to the repository's root, '#' starts a comment) and splits off
# native/binding/, which needs Node's headers. A change of the list configures again.
function(read_sources list core_variable binding_variable)
  if(NOT EXISTS "${list}")
    message(FATAL_ERROR "The list of sources ${list} does not exist (NODE_TENSORRT_SOURCES)")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}")
  file(STRINGS "${list}" lines ENCODING UTF-8)
  set(core "")
  set(binding "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "#.*" "" line "${line}")
    string(STRIP "${line}" line)
    if(line MATCHES "^native/binding/")
      list(APPEND binding "${PROJECT_SOURCE_DIR}/${line}")
    elseif(line)
      list(APPEND core "${PROJECT_SOURCE_DIR}/${line}")
    endif()
  endforeach()
  set(${core_variable} "${core}" PARENT_SCOPE)
  set(${binding_variable} "${binding}" PARENT_SCOPE)
endfunction()

# ONNX Runtime's C header, from ONNXRUNTIME_INCLUDE or, as in binding.gyp, from the cache that the scripts fill. Only the
# CPU backend needs it; the library itself is opened at run time.
function(add_onnxruntime_headers target)
  get_target_property(sources ${target} SOURCES)
  if(NOT sources MATCHES "/native/backends/cpu/")
    return()
  endif()
  set(folder "${ONNXRUNTIME_INCLUDE}")
  if(NOT folder)
    execute_process(
      COMMAND node "${PROJECT_SOURCE_DIR}/scripts/lib/headers-path.mjs"
      OUTPUT_VARIABLE folder ERROR_VARIABLE reason OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  if(NOT EXISTS "${folder}/onnxruntime_c_api.h")
    message(FATAL_ERROR
      "ONNX Runtime's C header was not found in '${folder}'. Set ONNXRUNTIME_INCLUDE (environment or -D) to the folder of "
      "onnxruntime_c_api.h. ${reason}")
  endif()
  set(ONNXRUNTIME_INCLUDE "${folder}" CACHE PATH "Folder of onnxruntime_c_api.h" FORCE)
  target_include_directories(${target} SYSTEM PUBLIC "${folder}")
endfunction()
