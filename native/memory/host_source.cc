#include "memory/host_source.h"

#include <algorithm>
#include <cstdint>

#include "core/numa.h"
#include "memory/heap.h"

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace ntrt {
namespace {

// The platform's page functions; all else in this file is portable. The Windows and macOS sides were never run.
#ifdef _WIN32
size_t read_page_bytes() noexcept {
  SYSTEM_INFO info;
  GetSystemInfo(&info);
  return info.dwPageSize;
}

void* map_pages(size_t bytes) noexcept {
  return VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void unmap_pages(void* pages, size_t /*bytes*/) noexcept { VirtualFree(pages, 0, MEM_RELEASE); }

bool purge_pages(void* pages, size_t bytes) noexcept { return VirtualFree(pages, bytes, MEM_DECOMMIT) != 0; }

bool restore_pages(void* pages, size_t bytes) noexcept {
  return VirtualAlloc(pages, bytes, MEM_COMMIT, PAGE_READWRITE) != nullptr;
}

void* map_huge_pages(size_t bytes) noexcept { return map_pages(bytes); }

void* reserve_pages(size_t bytes) noexcept { return VirtualAlloc(nullptr, bytes, MEM_RESERVE, PAGE_READWRITE); }
#else
size_t read_page_bytes() noexcept { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

void* map_pages(size_t bytes) noexcept {
  void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
}

void unmap_pages(void* pages, size_t bytes) noexcept { munmap(pages, bytes); }

bool purge_pages(void* pages, size_t bytes) noexcept {
#ifdef __APPLE__
  return madvise(pages, bytes, MADV_FREE) == 0;
#else
  return madvise(pages, bytes, MADV_DONTNEED) == 0;
#endif
}

/// Of what was purged they come back when they are touched; of what was reserved that has to be allowed.
bool restore_pages(void* pages, size_t bytes) noexcept { return mprotect(pages, bytes, PROT_READ | PROT_WRITE) == 0; }

/// Pages that nobody may touch count for no limit of the system, whichever way it counts.
void* reserve_pages(size_t bytes) noexcept {
  void* pages = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
}

/// Aligned to huge pages, which the system uses for what is aligned to them only.
void* map_huge_pages(size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr size_t kHuge = HostSource::kHugePageBytes;
  auto* all = static_cast<std::byte*>(map_pages(bytes + kHuge));
  if (all == nullptr) return nullptr;
  const size_t before = (kHuge - reinterpret_cast<uintptr_t>(all) % kHuge) % kHuge;
  if (before > 0) unmap_pages(all, before);
  unmap_pages(all + before + bytes, kHuge - before);
  madvise(all + before, bytes, MADV_HUGEPAGE);  // a wish: without huge pages it is ordinary memory
  return all + before;
#else
  return map_pages(bytes);
#endif
}
#endif

size_t to_pages(size_t bytes) noexcept { return (bytes + page_bytes() - 1) / page_bytes() * page_bytes(); }

}  // namespace

size_t page_bytes() noexcept {
  static const size_t kBytes = read_page_bytes();
  return kBytes;
}

void* HostSource::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  void* block = nullptr;
  if (bytes <= kMaxBlockBytes) {
    const bool huge = huge_pages_ && bytes >= kHugePageBytes;
    block = huge ? map_huge_pages(to_pages(bytes)) : map_pages(to_pages(bytes));
    bind_new_pages(block, to_pages(bytes));
  }
  if (block == nullptr) throw_out_of_memory("host", bytes);
  return block;
}

void HostSource::deallocate(void* block, size_t bytes, size_t /*purged*/) noexcept {
  if (block == nullptr) return;
  // The system gives memory back while it holds the lock of all of the process's mappings, alone if they are unmapped:
  // of gigabytes at once, every other thread would feel it. What is emptied before is unmapped in no time.
  if (bytes > kChunkBytes) purge(block, to_pages(bytes));
  unmap_pages(block, to_pages(bytes));
}

void* HostSource::reserve(size_t bytes) noexcept { return reserve_pages(to_pages(bytes)); }

size_t HostSource::purge(void* pages, size_t bytes) noexcept {
  size_t purged = 0;
  while (purged < bytes) {
    const size_t chunk = std::min(kChunkBytes, bytes - purged);
    if (!purge_pages(static_cast<std::byte*>(pages) + purged, chunk)) break;
    purged += chunk;
  }
  return purged;
}

void HostSource::restore(void* pages, size_t bytes) {
  if (!restore_pages(pages, bytes)) throw_out_of_memory("host", bytes);
  bind_new_pages(pages, bytes);
}

size_t HostSource::trim() noexcept {
  trim_heap();
  return 0;
}

}  // namespace ntrt
