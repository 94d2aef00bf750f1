#pragma once
// A backend module that this process has opened.

#include <functional>
#include <mutex>
#include <string>

#include "backends/tensorrt/module/module_api.h"

namespace ntrt::tensorrt {

/// Never closed, never destroyed. Any thread.
class ModuleLibrary {
 public:
  /// Opens the module at this absolute path, or takes the one that is open. Throws Error{kBackendUnavailable} with
  /// details path and cause, and expected and received for a module of another version or flavour.
  static ModuleLibrary& open(const std::string& path, const std::string& flavour);

  const NtrtRuntime& runtime() const noexcept { return *module_.runtime; }

  /// Calls `notify` unless that was done before for this module.
  void note_load(const std::function<void()>& notify) { std::call_once(loaded_, notify); }

 private:
  explicit ModuleLibrary(const NtrtModule& module) : module_(module) {}

  const NtrtModule& module_;
  std::once_flag loaded_;
};

}  // namespace ntrt::tensorrt
