# native_tests: every native/test/**/*_test.cc in one program. Tests that drive the real ONNX Runtime find its library by
# the environment variable NODE_TENSORRT_ONNXRUNTIME when they run.
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(FATAL_ERROR
    "googletest was not found, which the C++ tests need. Install it (Debian, Ubuntu: apt-get install libgtest-dev; "
    "macOS: brew install googletest; Windows: vcpkg install gtest), or configure with -DNODE_TENSORRT_TESTS=OFF.")
endif()

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/native/test/*_test.cc")
# These need NVIDIA's headers, and are a program of their own: cmake/nvidia.cmake.
list(FILTER test_sources EXCLUDE REGEX "/native/test/(cuda|standins|backends/tensorrt/plans)/")
add_executable(native_tests ${test_sources})
target_link_libraries(native_tests PRIVATE ntrt ntrt_fuzz GTest::gtest_main ntrt_test_options)
# Compiled once instead of in each file, which halves the time of a build.
target_precompile_headers(native_tests PRIVATE
  <gtest/gtest.h> <chrono> <condition_variable> <filesystem> <functional> <memory> <string> <thread> <vector>)

compile_by_folder(native_tests)

# Libraries that only say a version of TensorRT, for its loader. Without a name of their own inside: the loader of the system
# would take one for another.
foreach(version IN ITEMS 10_3 11_2 1_4 1_7)
  string(REPLACE "_" ";" parts ${version})
  list(GET parts 0 major)
  list(GET parts 1 minor)
  add_library(versioned_${version} SHARED "${PROJECT_SOURCE_DIR}/native/test/backends/tensorrt/versioned_library.cc")
  target_compile_definitions(versioned_${version} PRIVATE LIBRARY_MAJOR=${major} LIBRARY_MINOR=${minor})
  set_target_properties(versioned_${version} PROPERTIES
    PREFIX "" SUFFIX ".so" NO_SONAME ON LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/versioned_libraries")
  add_dependencies(native_tests versioned_${version})
endforeach()

# Modules that the addon must refuse, or that refuse what the addon brings.
foreach(oddity IN ITEMS SILENT OLD EARLY REFUSING)
  string(TOLOWER ${oddity} name)
  add_library(odd_module_${name} MODULE "${PROJECT_SOURCE_DIR}/native/test/backends/tensorrt/odd_module.cc")
  target_include_directories(odd_module_${name} PRIVATE "${PROJECT_SOURCE_DIR}/native")
  target_link_libraries(odd_module_${name} PRIVATE ntrt_options)
  target_compile_definitions(odd_module_${name} PRIVATE ODD_${oddity})
  set_target_properties(odd_module_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} SUFFIX .so LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/odd_modules")
  add_dependencies(native_tests odd_module_${name})
endforeach()
include(built)
tell_built(native_tests
  kCorpusFolder "${PROJECT_SOURCE_DIR}/native/test/fuzz/corpus"
  kVersionedLibraries "${CMAKE_BINARY_DIR}/versioned_libraries"
  kOddModules "${CMAKE_BINARY_DIR}/odd_modules")

include(GoogleTest)
gtest_discover_tests(native_tests DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)

# Programs with a seeded bug each, which the sanitizer of this build must find; nothing without one.
add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/sanitizers")

# Nothing but ONNX Runtime's C API, for test/conformance to compare with.
add_executable(raw_run "${PROJECT_SOURCE_DIR}/native/test/conformance/raw_run.cc")
target_link_libraries(raw_run PRIVATE ntrt)

add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/allocation_failure")
add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/seeded_addon")
