#include "test/standins/tensorrt/driver.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "test/standins/tensorrt/not_modelled.h"

namespace standin {
namespace {

using GetProcAddress = CUresult (*)(const char*, void**, int, cuuint64_t, CUdriverProcAddressQueryResult*);

template <typename T>
bool load(GetProcAddress get, const char* name, T& function) {
  void* address = nullptr;
  const CUresult status = get(name, &address, 12000, CU_GET_PROC_ADDRESS_DEFAULT, nullptr);
  function = reinterpret_cast<T>(address);
  return status == CUDA_SUCCESS && address != nullptr;
}

template <typename T>
bool load(void* library, const char* name, T& function) {
  function = reinterpret_cast<T>(dlsym(library, name));
  return function != nullptr;
}

bool open(Driver& driver) {
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  GetProcAddress get = nullptr;
  const bool is_standin = load(library, "standin_enqueue", driver.enqueue) &&
                          load(library, "standin_report", driver.report) &&
                          load(library, "standin_call", driver.call) && load(library, "cuGetProcAddress_v2", get);
  if (!is_standin) {
    std::fprintf(stderr, "standin: a stand-in of TensorRT needs the stand-in driver, and libcuda.so.1 is another\n");
    std::abort();
  }
  return load(get, "cuInit", driver.init) && load(get, "cuDeviceGet", driver.device_get) &&
         load(get, "cuCtxGetDevice", driver.ctx_get_device) && load(get, "cuDeviceGetUuid", driver.device_get_uuid) &&
         load(get, "cuDriverGetVersion", driver.driver_get_version) &&
         load(get, "cuDeviceGetAttribute", driver.device_get_attribute) && load(get, "cuMemAlloc", driver.mem_alloc) &&
         load(get, "cuMemFree", driver.mem_free) && load(get, "cuEventRecord", driver.event_record);
}

void report(const std::string& text) {
  if (const Driver* driver = Driver::find()) {
    driver->report("not-modelled", text.c_str());
  } else {
    std::fprintf(stderr, "standin: VIOLATION not-modelled: %s\n", text.c_str());
    std::abort();
  }
}

int compute_capability(const Driver& driver, CUdevice device) {
  int major = 0;
  int minor = 0;
  driver.device_get_attribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
  driver.device_get_attribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
  return major * 10 + minor;
}

}  // namespace

const Driver* Driver::find() {
  static Driver driver;
  static const bool is_there = open(driver);
  return is_there ? &driver : nullptr;
}

bool call(const char* function) {
  const Driver* driver = Driver::find();
  return driver == nullptr || driver->call(function) == 0;
}

int current_compute_capability() {
  const Driver* driver = Driver::find();
  CUdevice device = 0;
  if (driver == nullptr || driver->ctx_get_device(&device) != CUDA_SUCCESS) return 0;
  return compute_capability(*driver, device);
}

int build_compute_capability() {
  if (const int current = current_compute_capability(); current != 0) return current;
  const Driver* driver = Driver::find();
  CUdevice device = 0;
  const bool is_there =
      driver != nullptr && driver->init(0) == CUDA_SUCCESS && driver->device_get(&device, 0) == CUDA_SUCCESS;
  return is_there ? compute_capability(*driver, device) : 0;
}

void report_not_modelled(const char* function) { report(function); }

void end_not_modelled(const char* function) {
  report(function);
  std::abort();
}

}  // namespace standin
