#pragma once
// What all items are tried on: the first device that the driver shows. CUDA_VISIBLE_DEVICES picks another.

#include <string>

#include "core/error.h"
#include "core/shared_library.h"
#include "cuda/context.h"
#include "cuda/devices.h"

namespace ntrt::gpu {

/// Whether a library is one of our stand-ins.
inline bool is_standin(const std::string& library) {
  try {
    return load_symbol(library, "node_tensorrt_standin") != nullptr;
  } catch (const Error&) {
    return false;
  }
}

struct Machine {
  const cuda::Driver& driver;
  const cuda::Nvml* nvml;  // null: there is none
  cuda::DeviceInfo device;
  /// Whether the driver is ours: nothing that comes of it says anything about a GPU.
  bool has_standin;
  /// Folder of mlp.onnx, mlp.input.f32 and mlp.expected.f32; empty: none was given.
  std::string models;
  /// What tensorrt/build made.
  std::string plan = {};

  /// Each item retains the context anew, so that what it leaves behind shows when the context ends.
  cuda::ContextPtr context() const { return cuda::PrimaryContext::retain(driver, device.id); }
};

/// Waits for the device when it ends, so that memory declared before it is not given back while work uses it, however
/// the item ends.
class Settled {
 public:
  explicit Settled(cuda::ContextPtr context) : context_(std::move(context)) {}
  Settled(const Settled&) = delete;
  Settled& operator=(const Settled&) = delete;
  ~Settled() {
    const cuda::QuietContextScope scope(*context_);
    context_->driver().ctx_synchronize.call();
  }

 private:
  cuda::ContextPtr context_;
};

}  // namespace ntrt::gpu
