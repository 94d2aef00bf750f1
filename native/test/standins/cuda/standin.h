#pragma once
// What the stand-in driver offers beyond the driver's own functions: to tests in the process, and to stand-ins of
// libraries that compute on the device. C, found with dlsym. docs/standins.md explains it.

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define STANDIN_API __attribute__((visibility("default")))
#else
#define STANDIN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// A part of device memory, or of pinned memory, that a computation touches.
typedef struct StandinAccess {
  uint64_t address;
  size_t bytes;
  int is_write;
} StandinAccess;

/// A computation of the device. Everything is copied when it is enqueued, but `user`.
typedef struct StandinWork {
  /// For reports. Must live for ever.
  const char* name;
  /// How long the device is busy with it; it takes longer if `run` does.
  double duration_us;
  const StandinAccess* accesses;
  size_t num_accesses;
  /// Called when the work's turn comes, in the stream's thread: memory[i] is where the bytes of accesses[i] are. Not
  /// called once the context is lost. Returns 0 or the CUresult with which the context is lost from then on. May be
  /// null.
  int (*run)(void* user, void* const* memory);
  /// Called once, when `run` will not be called any more: the work is done, or the graph that holds it is gone. May be
  /// null.
  void (*drop)(void* user);
  void* user;
} StandinWork;

/// Enqueues `work` on a stream (a CUstream; null is the default stream of the current context), or notes it in the
/// stream's capture. Returns a CUresult.
STANDIN_API int standin_enqueue(void* stream, const StandinWork* work);

/// Counts a call of a function that is not the driver's, by its name, and does to it what STANDIN_FAULTS says. Returns
/// the status with which it is to fail, or 0.
STANDIN_API int standin_call(const char* function);

/// Reports a violation: kind and text as in docs/standins.md.
STANDIN_API void standin_report(const char* kind, const char* text);

/// Sets one of the settings (by the name of its environment variable) and reads all anew. What a device is cannot
/// change after cuInit, but its memory size can. A new STANDIN_FAULTS starts counting anew.
STANDIN_API void standin_set(const char* name, const char* value);

/// How many violations were counted and not taken (STANDIN_ON_VIOLATION=count).
STANDIN_API int standin_num_violations(void);
/// Copies the reports, one a line, and forgets them: they no longer make the process fail. Returns how many there were.
STANDIN_API int standin_take_violations(char* text, size_t bytes);

/// Lets everything go on that a fault holds up.
STANDIN_API void standin_release_hangs(void);

/// The bytes of a device that are in use, pools' unused ones included. The device is the index before
/// CUDA_VISIBLE_DEVICES.
STANDIN_API uint64_t standin_used_bytes(int device);

/// Calls of a function so far, by its name without a version.
STANDIN_API uint64_t standin_num_calls(const char* function);

/// Where the bytes of a live block's part are, or null. Tests only: no order is checked.
STANDIN_API void* standin_bytes_at(uint64_t address, size_t bytes);

#ifdef __cplusplus
}
#endif
