#include "core/shared_library.h"

#include "core/error.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace ntrt {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what, const std::string& cause) {
  throw Error(Code::kBackendUnavailable, what + " " + path + ": " + cause, {{"path", path}, {"cause", cause}});
}

}  // namespace

#ifdef _WIN32  // Written after the documentation; never run on Windows so far.

namespace {

std::wstring widen(const std::string& utf8) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, utf8.data(), static_cast<int>(utf8.size()), nullptr, 0);
  std::wstring wide(static_cast<size_t>(size), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), static_cast<int>(utf8.size()), wide.data(), size);
  return wide;
}

}  // namespace

void* load_symbol(const std::string& path, const char* symbol) {
  HMODULE module =
      LoadLibraryExW(widen(path).c_str(), nullptr, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  if (module == nullptr) fail(path, "cannot open", "system error " + std::to_string(GetLastError()));
  void* address = reinterpret_cast<void*>(GetProcAddress(module, symbol));
  if (address == nullptr) fail(path, "no symbol " + std::string(symbol) + " in", "not found");
  return address;
}

BadAllocThrower find_bad_alloc_thrower(const std::string&) noexcept {
  HMODULE runtime = GetModuleHandleW(L"msvcp140.dll");  // std::_Xbad_alloc
  return runtime == nullptr ? nullptr
                            : reinterpret_cast<BadAllocThrower>(GetProcAddress(runtime, "?_Xbad_alloc@std@@YAXXZ"));
}

void pin_own_module() noexcept {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&pin_own_module), &module);
}

#else

void* load_symbol(const std::string& path, const char* symbol) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* cause = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc and macOS keep the text per thread
    fail(path, "cannot open", cause != nullptr ? cause : "unknown cause");
  }
  void* address = dlsym(library, symbol);
  if (address == nullptr) fail(path, "no symbol " + std::string(symbol) + " in", "not found");
  return address;
}

BadAllocThrower find_bad_alloc_thrower(const std::string& path) noexcept {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  // std::__throw_bad_alloc(), of libstdc++ and of libc++ alike. Looked up in the library and in what it needs.
  return reinterpret_cast<BadAllocThrower>(dlsym(library, "_ZSt17__throw_bad_allocv"));
}

void pin_own_module() noexcept {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&pin_own_module), &info) == 0) return;
  // A second reference that is never given back. On Linux the link flag -z nodelete does the same.
  dlopen(info.dli_fname, RTLD_NOW | RTLD_LOCAL);
}

#endif

}  // namespace ntrt
