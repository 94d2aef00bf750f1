#pragma once
// The primary context of a device: the one that TensorRT and everybody else in the process use, too. It is retained and
// released, never reset.

#include <cstddef>
#include <memory>

#include "cuda/device_id.h"
#include "cuda/driver.h"

namespace ntrt::cuda {

class PrimaryContext;
/// What lives in a context holds it.
using ContextPtr = std::shared_ptr<const PrimaryContext>;

/// Retained as long as anything of it lives; released by whichever thread drops it last. Any thread.
class PrimaryContext {
 public:
  /// Throws as call(), for example where the device is used exclusively by another process.
  static ContextPtr retain(const Driver& driver, DeviceId device);

  PrimaryContext(const PrimaryContext&) = delete;
  PrimaryContext& operator=(const PrimaryContext&) = delete;
  ~PrimaryContext();

  const Driver& driver() const noexcept { return driver_; }
  DeviceId device() const noexcept { return device_; }
  CUcontext get() const noexcept { return context_; }

  /// Waits for everything that was submitted to the device in this context, by whomever.
  void synchronize() const;

  struct Memory {
    size_t free_bytes;
    size_t total_bytes;
  };
  /// What the device says, other processes' use included.
  Memory memory() const;

 private:
  PrimaryContext(const Driver& driver, DeviceId device, CUdevice handle, CUcontext context) noexcept
      : driver_(driver), device_(device), handle_(handle), context_(context) {}

  const Driver& driver_;
  DeviceId device_;
  CUdevice handle_;
  CUcontext context_;
};

/// Makes a context the calling thread's current one for the lifetime of this object. Most calls need one.
class ContextScope {
 public:
  explicit ContextScope(const PrimaryContext& context);
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  ~ContextScope();

 private:
  const Driver& driver_;
};

/// The same for destructors: never throws, and what runs in it should not mind if the context could not be set.
class QuietContextScope {
 public:
  explicit QuietContextScope(const PrimaryContext& context) noexcept;
  QuietContextScope(const QuietContextScope&) = delete;
  QuietContextScope& operator=(const QuietContextScope&) = delete;
  ~QuietContextScope();

 private:
  const Driver& driver_;
  bool is_set_;
};

}  // namespace ntrt::cuda
