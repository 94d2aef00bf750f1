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
list(FILTER test_sources EXCLUDE REGEX "/native/test/(cuda|standins)/")
add_executable(native_tests ${test_sources})
target_link_libraries(native_tests PRIVATE ntrt ntrt_fuzz GTest::gtest_main)
target_compile_definitions(native_tests PRIVATE "NODE_TENSORRT_CORPUS=\"${PROJECT_SOURCE_DIR}/native/test/fuzz/corpus\"")
# Compiled once instead of in each file, which halves the time of a build.
target_precompile_headers(native_tests PRIVATE
  <gtest/gtest.h> <chrono> <condition_variable> <filesystem> <functional> <memory> <string> <thread> <vector>)

include(GoogleTest)
gtest_discover_tests(native_tests DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)

# Programs with a seeded bug each, which the sanitizer of this build must find; nothing without one.
add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/sanitizers")

# Nothing but ONNX Runtime's C API, for test/conformance to compare with.
add_executable(raw_run "${PROJECT_SOURCE_DIR}/native/test/conformance/raw_run.cc")
target_link_libraries(raw_run PRIVATE ntrt)

add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/allocation_failure")
add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/seeded_addon")
