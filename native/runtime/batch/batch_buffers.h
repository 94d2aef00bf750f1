#pragma once
// Memory in which the inputs of a batch come together while its requests are being submitted, so that nothing has to be
// moved when it starts.
//
// Note "batch buffers"
// - A request gets rows in the open buffer if the batch that it would be part of is being put together there. Otherwise
//   it keeps a copy of its own, and the lane gathers.
// - There is one open buffer, and there are at most as many as instances plus one: the others are being run.
// - Rows are given out in order and never twice. A lane that starts a batch closes the buffer to new rows. Rows of
//   requests that were taken back leave holes; the lane fills them with the last rows, or else gathers.
// - When all its rows were given back, its memory goes back to the pool.
// - Only the thread that reserved rows writes to them, until the planner has its request; then the lane that runs it.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/numa.h"
#include "memory/buffer.h"
#include "runtime/batch/batch_planner.h"
#include "runtime/request.h"

namespace ntrt {

struct BatchLayout;

inline Request& request_of(const Slice& slice) noexcept { return static_cast<Request&>(*slice.item); }

class BatchBuffer {
 public:
  std::byte* row(size_t input, size_t index) noexcept {
    return static_cast<std::byte*>(inputs_[input].data()) + index * row_bytes_[input];
  }
  size_t row_bytes(size_t input) const noexcept { return row_bytes_[input]; }

 private:
  friend class BatchBuffers;

  std::vector<int64_t> key_;
  std::vector<Buffer> inputs_;
  std::vector<size_t> row_bytes_;
  std::vector<bool> live_;  ///< per row
  size_t num_used_ = 0;     ///< rows given out so far
  size_t num_live_ = 0;     ///< of these, not given back
};

/// All of an engine. Not thread-safe: the engine's lock guards it.
class BatchBuffers {
 public:
  /// A batch that takes more is gathered: its copies are the smaller part of its work.
  static constexpr size_t kMaxBytes = size_t{64} << 20;

  explicit BatchBuffers(size_t max_buffers, int node = kNoNode) : max_buffers_(max_buffers), node_(node) {}

  /// Rows for the request in the open buffer, or nothing. `rows_waiting` are queued under its key.
  void reserve(Request& request, const BatchLayout& layout, size_t max_size, size_t rows_waiting) noexcept;

  /// Gives the request's rows back, if it has any.
  void release(Request& request) noexcept;

  /// Whether the slices, whole requests all, lie one behind the other in one buffer, in any order; they are moved into
  /// its holes if that makes them so. The buffer is closed to new rows. Returns the first of the rows.
  std::optional<size_t> close(std::span<const Slice> slices) noexcept;

  size_t num_buffers() const noexcept { return all_.size(); }

 private:
  std::shared_ptr<BatchBuffer> open(const Request& request, const BatchLayout& layout, size_t max_size);

  const size_t max_buffers_;
  const int node_;  ///< NUMA node of new memory: the threads that ask for it may be elsewhere
  std::vector<std::shared_ptr<BatchBuffer>> all_;
  std::shared_ptr<BatchBuffer> open_;
};

}  // namespace ntrt
