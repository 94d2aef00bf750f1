# Targets with NVIDIA's headers only, to link: cuda_headers, tensorrt_headers, tensorrt_rtx_headers. Their libraries are
# opened at run time. The folders come from NODE_TENSORRT_CUDA_INCLUDE, NODE_TENSORRT_TENSORRT_INCLUDE and
# NODE_TENSORRT_RTX_INCLUDE or, where one is not set, from the cache that `npm run setup:nvidia` fills.
function(add_nvidia_headers)
  set(variables NODE_TENSORRT_CUDA_INCLUDE NODE_TENSORRT_TENSORRT_INCLUDE NODE_TENSORRT_RTX_INCLUDE)
  if(NOT (NODE_TENSORRT_CUDA_INCLUDE AND NODE_TENSORRT_TENSORRT_INCLUDE AND NODE_TENSORRT_RTX_INCLUDE))
    execute_process(
      COMMAND node "${PROJECT_SOURCE_DIR}/scripts/lib/nvidia/paths-for-cmake.mjs" cudaInclude tensorrtInclude rtxInclude
      OUTPUT_VARIABLE folders ERROR_VARIABLE reason RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "NVIDIA's headers cannot be had. ${reason}")
    endif()
    foreach(variable folder IN ZIP_LISTS variables folders)
      if(NOT ${variable})
        set(${variable} "${folder}")
      endif()
    endforeach()
  endif()

  set(targets cuda_headers tensorrt_headers tensorrt_rtx_headers)
  set(files cuda.h NvInfer.h NvInfer.h)
  foreach(target variable file IN ZIP_LISTS targets variables files)
    if(NOT EXISTS "${${variable}}/${file}")
      message(FATAL_ERROR "There is no ${file} in '${${variable}}' (${variable})")
    endif()
    add_library(${target} INTERFACE)
    target_include_directories(${target} SYSTEM INTERFACE "${${variable}}")
  endforeach()
  # TensorRT's headers include CUDA's.
  target_link_libraries(tensorrt_headers INTERFACE cuda_headers)
  target_link_libraries(tensorrt_rtx_headers INTERFACE cuda_headers)
endfunction()
