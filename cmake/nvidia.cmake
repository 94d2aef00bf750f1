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

# What the programs below need of the rest of the library, which need not be built for them.
set(native "${PROJECT_SOURCE_DIR}/native")
add_library(ntrt_nvidia_needs OBJECT
  "${native}/core/dtype.cc" "${native}/core/error.cc" "${native}/core/process_memory.cc" "${native}/core/shape.cc"
  "${native}/core/shared_library.cc"
  "${native}/memory/source.cc" "${native}/model/file_map.cc" "${native}/model/path_text.cc")
set(loader "${native}/backends/tensorrt/loader")
add_library(ntrt_tensorrt_loader OBJECT
  "${loader}/features.cc" "${loader}/flavour.cc" "${loader}/library.cc" "${loader}/places.cc")
foreach(target IN ITEMS ntrt_nvidia_needs ntrt_tensorrt_loader)
  compile_by_folder(${target})
  target_include_directories(${target} PUBLIC "${native}")
  target_link_libraries(${target} PUBLIC ntrt_options Threads::Threads ${CMAKE_DL_LIBS})
endforeach()

add_subdirectory(native/cuda)
add_subdirectory(native/backends/tensorrt/builder)
add_subdirectory(native/backends/tensorrt/runtime)
add_subdirectory(native/backends/tensorrt/module)
add_subdirectory(native/builder)
# What builds engines in a process of its own: the program and its modules, side by side in gpu/.
add_custom_target(gpu_modules DEPENDS node_tensorrt_builder backend_tensorrt backend_tensorrt_rtx)

add_subdirectory(native/test/standins)
add_subdirectory(native/test/nvidia)
add_subdirectory(native/test/gpu)
if(NODE_TENSORRT_TESTS)
  add_subdirectory(native/test/cuda)
endif()
