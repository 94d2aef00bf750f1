#pragma once
// Opening libraries at run time. The only place with dlopen and LoadLibrary.

#include <string>

namespace ntrt {

/// Opens `path` (UTF-8), never to be closed, and returns the address of `symbol`. Throws
/// Error{kBackendUnavailable} that names the path, the symbol and the system's message.
void* load_symbol(const std::string& path, const char* symbol);

/// A function that throws std::bad_alloc.
using BadAllocThrower = void (*)();

/// The function with which the C++ runtime that the library `path` uses throws std::bad_alloc; null when that runtime
/// has none. An exception that ends in a library must be its runtime's own: ours may be another (linked in statically),
/// and an exception and a stack unwinder of another runtime end the process.
BadAllocThrower find_bad_alloc_thrower(const std::string& path) noexcept;

/// Pins the module that contains this code, so that it outlives the environments that use it: Node unloads an
/// addon when the last environment that loaded it ends, while native threads of ours still run in it.
void pin_own_module() noexcept;

}  // namespace ntrt
