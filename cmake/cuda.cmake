# What is compiled with the headers of CUDA and NVML: native/cuda, the stand-ins and their tests. Nothing links against a
# library of NVIDIA's: all of them are opened at run time. The folders come from NODE_TENSORRT_CUDA_INCLUDE and
# NODE_TENSORRT_NVML_INCLUDE or, where one is not set, from the cache that the set-up of NVIDIA's parts fills.
set(NODE_TENSORRT_CUDA_INCLUDE "$ENV{NODE_TENSORRT_CUDA_INCLUDE}" CACHE PATH "Folder of cuda.h and cudaTypedefs.h (CUDA 13)")
set(NODE_TENSORRT_NVML_INCLUDE "$ENV{NODE_TENSORRT_NVML_INCLUDE}" CACHE PATH "Folder of nvml.h")

# find_nvidia_header(<variable of its folder> <part of the cache> <file> …)
function(find_nvidia_header variable part)
  set(folder "${${variable}}")
  set(script "${PROJECT_SOURCE_DIR}/scripts/lib/nvidia/paths-for-cmake.mjs")
  if(NOT folder AND EXISTS "${script}")
    execute_process(COMMAND node "${script}" ${part} OUTPUT_VARIABLE folder ERROR_VARIABLE reason)
  endif()
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS "${folder}/${file}")
      message(FATAL_ERROR "${file} was not found in '${folder}'. Set ${variable} (environment or -D) to its folder. ${reason}")
    endif()
  endforeach()
  target_include_directories(ntrt_cuda_headers SYSTEM INTERFACE "${folder}")
endfunction()

add_library(ntrt_cuda_headers INTERFACE)
find_nvidia_header(NODE_TENSORRT_CUDA_INCLUDE cudaInclude cuda.h cudaTypedefs.h)
find_nvidia_header(NODE_TENSORRT_NVML_INCLUDE nvmlInclude nvml.h)

add_subdirectory("${PROJECT_SOURCE_DIR}/native/cuda")
if(NODE_TENSORRT_TESTS)
  add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/standins")
  add_subdirectory("${PROJECT_SOURCE_DIR}/native/test/cuda")
endif()
