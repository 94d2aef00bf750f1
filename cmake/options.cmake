# ntrt_options: warnings (the same as in binding.gyp), sanitizers and coverage for every target of ours.
add_library(ntrt_options INTERFACE)

if(MSVC)
  target_compile_options(ntrt_options INTERFACE /W4 /wd4100 /utf-8 /EHsc /permissive-)
  target_compile_definitions(ntrt_options INTERFACE NOMINMAX WIN32_LEAN_AND_MEAN)
else()
  target_compile_options(ntrt_options INTERFACE -Wall -Wextra -Wno-unused-parameter)
  # Lines, for stack traces; variables, for a debugger, would take a third more time. The build type Debug has both.
  target_compile_options(ntrt_options INTERFACE $<$<CONFIG:RelWithDebInfo>:-g1>)
endif()

if(NODE_TENSORRT_SANITIZE)
  if(MSVC)
    message(FATAL_ERROR "NODE_TENSORRT_SANITIZE takes gcc's and clang's names; it was never tried with MSVC")
  endif()
  set(sanitize "-fsanitize=${NODE_TENSORRT_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(ntrt_options INTERFACE ${sanitize})
  target_link_options(ntrt_options INTERFACE ${sanitize})
endif()

# For what only tests are compiled from; to be linked after all else, since the last word on a check counts. A check of each
# pointer before each access is half of the time that their compilation takes, and is there for the library, whose code it is.
add_library(ntrt_test_options INTERFACE)
if(NODE_TENSORRT_SANITIZE MATCHES "undefined")
  target_compile_options(ntrt_test_options INTERFACE -fno-sanitize=null,vptr,alignment,object-size)
endif()

if(NODE_TENSORRT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "NODE_TENSORRT_FUZZ needs clang, which brings libFuzzer: configure with -DCMAKE_CXX_COMPILER=clang++")
  endif()
  # Everything is watched for new paths; only the fuzzers get libFuzzer's main.
  target_compile_options(ntrt_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(NODE_TENSORRT_COVERAGE)
  if(MSVC)
    message(FATAL_ERROR "NODE_TENSORRT_COVERAGE takes gcc or clang")
  endif()
  # Threads count at the same time; atomic counters keep that from losing counts.
  target_compile_options(ntrt_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(ntrt_options INTERFACE --coverage)
  # Storms of a tenth: what they execute is the same, and each step takes many times longer here.
  target_compile_definitions(ntrt_options INTERFACE NODE_TENSORRT_COVERAGE)
endif()
