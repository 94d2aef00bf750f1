#pragma once
// What a command tells while it works: JSON objects, `event` first.

#include <cstddef>
#include <mutex>
#include <string_view>

#include "core/error.h"
#include "core/json.h"

namespace ntrt::tensorrt {

/// Any thread.
class Events {
 public:
  using Emit = void (*)(void* context, const char* json, size_t size);

  Events(Emit emit, void* context) : emit_(emit), context_(context) {}

  void tell(const Json& event);

  /// The event `failed` of an error. Takes no memory where there is none.
  void tell_failure(const Error& error) noexcept;

 private:
  void write(std::string_view text) noexcept;

  const Emit emit_;
  void* const context_;
  std::mutex mutex_;  // one event at a time
};

}  // namespace ntrt::tensorrt
