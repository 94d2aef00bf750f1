#include "test/allocation_failure/hook.h"

#include <link.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace ntrt::testing {
namespace {

struct Module {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};

  bool has(uintptr_t address) const { return address >= begin.load() && address < end.load(); }
  void set(const dl_phdr_info& info) {
    uintptr_t low = UINTPTR_MAX;
    uintptr_t high = 0;
    for (int i = 0; i < info.dlpi_phnum; ++i) {
      const auto& segment = info.dlpi_phdr[i];
      if (segment.p_type != PT_LOAD) continue;
      low = std::min<uintptr_t>(low, info.dlpi_addr + segment.p_vaddr);
      high = std::max<uintptr_t>(high, info.dlpi_addr + segment.p_vaddr + segment.p_memsz);
    }
    begin = low;
    end = high;
  }
};

Module ours;
Module cpp_library;

std::atomic<bool> armed{false};
std::atomic<size_t> count{0};
size_t first_failure = 0;            // written while not armed
Failures failures = Failures::kOne;  // likewise
Callers counted = Callers::kOurs;    // likewise

/// The first caller that is not the C++ library: std::string, std::thread and others allocate in it for their user.
struct Walk {
  uintptr_t direct;
  bool passed_direct = false;
  uintptr_t caller = 0;
};

_Unwind_Reason_Code visit(_Unwind_Context* context, void* data) {
  auto& walk = *static_cast<Walk*>(data);
  const uintptr_t address = _Unwind_GetIP(context);
  walk.passed_direct = walk.passed_direct || address == walk.direct;
  if (!walk.passed_direct || cpp_library.has(address)) return _URC_NO_REASON;
  walk.caller = address;
  return _URC_END_OF_STACK;
}

bool is_ours(uintptr_t caller) {
  if (!cpp_library.has(caller)) return ours.has(caller);
  Walk walk{caller};
  _Unwind_Backtrace(visit, &walk);
  return ours.has(walk.caller);
}

bool fails(void* caller) {
  if (!armed.load(std::memory_order_relaxed)) return false;
  if (counted == Callers::kOurs && !is_ours(reinterpret_cast<uintptr_t>(caller))) return false;
  const size_t n = count.fetch_add(1) + 1;
  return failures == Failures::kOne ? n == first_failure : n >= first_failure;
}

void* allocate(size_t bytes, size_t alignment, void* caller) {
  if (fails(caller)) return nullptr;
  bytes = std::max<size_t>(bytes, 1);
  if (alignment <= alignof(std::max_align_t)) return std::malloc(bytes);
  return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(size_t bytes, size_t alignment, void* caller) {
  void* const block = allocate(bytes, alignment, caller);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

void set_our_module(const void* address) {
  struct Search {
    uintptr_t address;
  } search{reinterpret_cast<uintptr_t>(address)};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        Module module;
        module.set(*info);
        if (module.has(static_cast<Search*>(data)->address)) ours.set(*info);
        if (std::strstr(info->dlpi_name, "libstdc++.so") != nullptr) cpp_library.set(*info);
        return 0;
      },
      &search);
}

void arm(size_t n, Failures which, Callers callers) {
  first_failure = n;
  failures = which;
  counted = callers;
  count = 0;
  armed = true;
}

size_t disarm() {
  armed = false;
  return count;
}

}  // namespace ntrt::testing

// The replacements, of every form that the compiler may call. All blocks come from malloc, so one free() serves.
// NOLINTBEGIN(misc-new-delete-overloads,cert-dcl54-cpp)
#define NTRT_CALLER __builtin_return_address(0)
using ntrt::testing::allocate;
using ntrt::testing::allocate_or_throw;

#define NTRT_REPLACE(NAME)                                                                                         \
  __attribute__((noinline)) void* operator NAME(size_t bytes) { return allocate_or_throw(bytes, 1, NTRT_CALLER); } \
  __attribute__((noinline)) void* operator NAME(size_t bytes, const std::nothrow_t&) noexcept {                    \
    return allocate(bytes, 1, NTRT_CALLER);                                                                        \
  }                                                                                                                \
  __attribute__((noinline)) void* operator NAME(size_t bytes, std::align_val_t alignment) {                        \
    return allocate_or_throw(bytes, static_cast<size_t>(alignment), NTRT_CALLER);                                  \
  }                                                                                                                \
  __attribute__((noinline)) void* operator NAME(size_t bytes, std::align_val_t alignment,                          \
                                                const std::nothrow_t&) noexcept {                                  \
    return allocate(bytes, static_cast<size_t>(alignment), NTRT_CALLER);                                           \
  }
NTRT_REPLACE(new)
NTRT_REPLACE(new[])

#define NTRT_REPLACE_DELETE(NAME)                                                          \
  void operator NAME(void* block) noexcept { std::free(block); }                           \
  void operator NAME(void* block, size_t) noexcept { std::free(block); }                   \
  void operator NAME(void* block, const std::nothrow_t&) noexcept { std::free(block); }    \
  void operator NAME(void* block, std::align_val_t) noexcept { std::free(block); }         \
  void operator NAME(void* block, size_t, std::align_val_t) noexcept { std::free(block); } \
  void operator NAME(void* block, std::align_val_t, const std::nothrow_t&) noexcept { std::free(block); }
NTRT_REPLACE_DELETE(delete)
NTRT_REPLACE_DELETE(delete[])
// NOLINTEND(misc-new-delete-overloads,cert-dcl54-cpp)
