#include "test/nvidia/standin_guard.h"

#include <dlfcn.h>

#include <stdexcept>

namespace ntrt::nvidia {

void refuse_standins() {
  const char* const symbol = "node_tensorrt_standin";
  if (dlsym(RTLD_DEFAULT, symbol) != nullptr) {
    throw std::runtime_error("a stand-in for NVIDIA's software is preloaded: unset LD_PRELOAD");
  }
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver != nullptr && dlsym(driver, symbol) != nullptr) {
    throw std::runtime_error("libcuda.so.1 is a stand-in for NVIDIA's driver: take its folder out of LD_LIBRARY_PATH");
  }
}

}  // namespace ntrt::nvidia
