#include "memory/header_adaptor.h"

#include <cassert>
#include <cstdint>
#include <new>

#include "memory/sanitizer.h"

namespace ntrt {
namespace {

struct Header {
  uint64_t bytes;
  uint64_t mark;  // depends on the address, so that a copied header is no header
};
static_assert(sizeof(Header) <= HeaderAdaptor::kHeaderBytes);

constexpr uint64_t kLiveMark = 0x6e7472742d6c6976;  // "ntrt-liv"

std::byte* header_of(const void* block) noexcept {
  return static_cast<std::byte*>(const_cast<void*>(block)) - HeaderAdaptor::kHeaderBytes;
}

uint64_t live_mark(const void* block) noexcept { return kLiveMark ^ reinterpret_cast<uintptr_t>(block); }

}  // namespace

void* HeaderAdaptor::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  check_block_size(bytes);
  auto* base = static_cast<std::byte*>(source_.allocate(kHeaderBytes + bytes));
  unpoison(base, kHeaderBytes + bytes);
  void* block = base + kHeaderBytes;
  new (base) Header{bytes, live_mark(block)};
  return block;
}

void HeaderAdaptor::deallocate(void* block, size_t bytes) noexcept {
  if (block == nullptr) return;
  assert(size_of(block) == bytes);
  std::byte* base = header_of(block);
  new (base) Header{0, 0};
  poison(base, kHeaderBytes + bytes);
  source_.deallocate(base, kHeaderBytes + bytes);
}

size_t HeaderAdaptor::size_of(const void* block) noexcept {
  if (block == nullptr) return 0;
  const auto* header = std::launder(reinterpret_cast<const Header*>(header_of(block)));
  return header->mark == live_mark(block) ? header->bytes : 0;
}

}  // namespace ntrt
