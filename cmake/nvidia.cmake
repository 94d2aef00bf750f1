# What is compiled with NVIDIA's headers. Nothing links against its libraries: all of them are opened at run time.

# add_nvidia_headers(<target> <variable> <part> <file> …): a target to link. The folder comes from the variable (-D or
# environment) or, where it is not set, from the cache that `npm run setup:nvidia -- <part>` fills, which it does.
function(add_nvidia_headers target variable part)
  set(${variable} "$ENV{${variable}}" CACHE PATH "Folder of NVIDIA's ${ARGN}")
  set(folder "${${variable}}")
  if(NOT folder)
    set(script "${PROJECT_SOURCE_DIR}/scripts/lib/nvidia/paths-for-cmake.mjs")
    execute_process(COMMAND node "${script}" ${part} OUTPUT_VARIABLE folder ERROR_VARIABLE reason)
  endif()
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS "${folder}/${file}")
      message(FATAL_ERROR "There is no ${file} in '${folder}' (${variable}). ${reason}")
    endif()
  endforeach()
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE "${folder}")
endfunction()

add_nvidia_headers(cuda_headers NODE_TENSORRT_CUDA_INCLUDE cudaInclude cuda.h cudaTypedefs.h)
add_nvidia_headers(nvml_headers NODE_TENSORRT_NVML_INCLUDE nvmlInclude nvml.h)
add_nvidia_headers(tensorrt_headers NODE_TENSORRT_TENSORRT_INCLUDE tensorrtInclude NvInfer.h)
add_nvidia_headers(tensorrt_rtx_headers NODE_TENSORRT_RTX_INCLUDE rtxInclude NvInfer.h)
# They include CUDA's.
target_link_libraries(tensorrt_headers INTERFACE cuda_headers)
target_link_libraries(tensorrt_rtx_headers INTERFACE cuda_headers)

add_subdirectory(native/cuda)
add_subdirectory(native/test/standins)
add_subdirectory(native/test/nvidia)
add_subdirectory(native/test/gpu)
if(NODE_TENSORRT_TESTS)
  add_subdirectory(native/test/cuda)
endif()
