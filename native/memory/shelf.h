#pragma once
// Where a caching pool keeps the blocks that can stand in for each other.

#include <deque>

#include "memory/free_bins.h"

namespace ntrt {

/// The free blocks of a room on a NUMA node. Memory of one node serves no engine of another one.
struct Shelf {
  Room room = Room::kSmall;
  int node = 0;  ///< kNoNode: bound to none
  FreeBins free;
  size_t bytes = 0;  ///< of memory that its segments have
};

/// They come with the first block and stay: as many as rooms times nodes in use, four on most machines.
class Shelves {
 public:
  /// Throws std::bad_alloc.
  Shelf& at(Room room, int node) {
    for (Shelf& shelf : shelves_) {
      if (shelf.room == room && shelf.node == node) return shelf;
    }
    return shelves_.emplace_back(Shelf{room, node, {}, 0});
  }

 private:
  std::deque<Shelf> shelves_;  // which never moves them
};

}  // namespace ntrt
