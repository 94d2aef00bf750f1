#include "backends/tensorrt/module_library.h"

#include <map>
#include <memory>

#include "core/error.h"
#include "core/shared_library.h"

namespace ntrt::tensorrt {
namespace {

[[noreturn]] void refuse_module(const std::string& path, const std::string& what, const std::string& expected,
                                const std::string& received) {
  const std::string cause = what + ": expected " + expected + ", received " + received;
  throw Error(Code::kBackendUnavailable, "the module " + path + " is not used: " + cause,
              {{"path", path}, {"cause", cause}, {"expected", expected}, {"received", received}});
}

const NtrtModule& open_module(const std::string& path, const std::string& flavour) {
  const auto entry = reinterpret_cast<NtrtModuleEntry>(load_symbol(path, "node_tensorrt_module"));
  const NtrtModule* const module = entry(NTRT_MODULE_ABI);
  if (module == nullptr) {
    refuse_module(path, "version of its interface", std::to_string(NTRT_MODULE_ABI), "another one");
  }
  if (module->flavour != flavour) refuse_module(path, "flavour", flavour, module->flavour);
  if (module->size < sizeof(NtrtModule) || module->runtime->size < sizeof(NtrtRuntime)) {
    const std::string received = "one that is older than this addon, for " + flavour + " " + module->headers;
    refuse_module(path, "a module that runs plans", "one of this version", received);
  }
  return *module;
}

}  // namespace

ModuleLibrary& ModuleLibrary::open(const std::string& path, const std::string& flavour) {
  static auto* const kMutex = new std::mutex();
  static auto* const kOpen = new std::map<const NtrtModule*, std::unique_ptr<ModuleLibrary>>();
  const NtrtModule& module = open_module(path, flavour);
  const std::lock_guard lock(*kMutex);
  std::unique_ptr<ModuleLibrary>& library = (*kOpen)[&module];
  if (library == nullptr) library.reset(new ModuleLibrary(module));
  return *library;
}

}  // namespace ntrt::tensorrt
