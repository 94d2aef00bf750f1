#pragma once
// Memory that was freed to the C library, which keeps it until the heap is trimmed. With glibc's own malloc only.

#include "memory/sanitizer.h"

#if defined(__GLIBC__) && !defined(NTRT_ADDRESS_SANITIZER) && !defined(__SANITIZE_THREAD__)
#define NTRT_TESTS_FREED_HEAP 1

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "memory/host_source.h"

namespace ntrt::testing {

/// 8 MiB in pieces that are too small to be mapped one by one, freed but for the last, which keeps the heap from
/// getting shorter by itself.
class FreedHeap {
 public:
  FreedHeap() : pieces_(kPieces) {
    for (void*& piece : pieces_) {
      piece = std::malloc(kPieceBytes);
      std::memset(piece, 1, kPieceBytes);
    }
    for (size_t i = 0; i + 1 < kPieces; ++i) std::free(pieces_[i]);
  }
  FreedHeap(const FreedHeap&) = delete;
  FreedHeap& operator=(const FreedHeap&) = delete;
  ~FreedHeap() { std::free(pieces_.back()); }

  /// Whether the page in the middle is still in memory.
  bool is_held() const {
    const auto middle = reinterpret_cast<uintptr_t>(pieces_[kPieces / 2]);
    unsigned char is_there = 0;
    mincore(reinterpret_cast<void*>(middle / page_bytes() * page_bytes()), page_bytes(), &is_there);
    return (is_there & 1) != 0;
  }

 private:
  static constexpr size_t kPieceBytes = 2000;
  static constexpr size_t kPieces = (size_t{8} << 20) / kPieceBytes;
  std::vector<void*> pieces_;
};

}  // namespace ntrt::testing

#endif
