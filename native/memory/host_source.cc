#include "memory/host_source.h"

#include <new>

#include "core/numa.h"
#include "memory/heap.h"
#include "memory/sanitizer.h"

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace ntrt {
namespace {

// The platform's page functions; all else in this file is portable. The Windows and macOS sides were never run.
#ifdef _WIN32
void* map_pages(size_t bytes) noexcept {
  return VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void unmap_pages(void* pages, size_t /*bytes*/) noexcept { VirtualFree(pages, 0, MEM_RELEASE); }
#else
void* map_pages(size_t bytes) noexcept {
  void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
}

void unmap_pages(void* pages, size_t bytes) noexcept { munmap(pages, bytes); }
#endif

}  // namespace

void* HostSource::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  void* block = nullptr;
  if (bytes >= kPageBlockBytes) {
    if (bytes <= kMaxBlockBytes) block = map_pages(bytes);
    bind_new_pages(block, bytes);
  } else {
    block = ::operator new(bytes, std::align_val_t{kAlignment}, std::nothrow);
  }
  if (block == nullptr) throw_out_of_memory("host", bytes);
  return block;
}

void HostSource::deallocate(void* block, size_t bytes) noexcept {
  if (block == nullptr) return;
  unpoison(block, bytes);
  if (bytes >= kPageBlockBytes) {
    unmap_pages(block, bytes);
  } else {
    ::operator delete(block, std::align_val_t{kAlignment});
  }
}

size_t HostSource::trim() noexcept {
  trim_heap();
  return 0;
}

}  // namespace ntrt
