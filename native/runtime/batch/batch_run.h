#pragma once
// Runs one batch: puts its inputs together, and gives each request its rows of the results.

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/backend.h"
#include "runtime/batch/batch_buffers.h"
#include "runtime/batch/batch_layout.h"
#include "runtime/batch/batch_planner.h"
#include "runtime/stats/engine_stats.h"

namespace ntrt {

/// One lane's. Keeps its lists from one batch to the next.
///
/// A batch that fails is halved and run again, down to single requests: only the one that is to blame fails. One whose
/// results have another shape than its inputs call for is run request by request, and take_mismatch() tells. A padded
/// request that fails alone is run as it was given, in one piece: that decides.
class BatchRun {
 public:
  /// Requests run one by one unless `enabled`.
  BatchRun(const Signature& signature, const BatchLayout& layout, const std::atomic<bool>& enabled,
           EngineCounters& counters);

  /// Afterwards each slice's request has its results or an error. `first_row`: the slices' rows lie one behind the
  /// other in one buffer, from this row on; nothing: they are gathered. Returns how long the model itself took, if it
  /// ran as one batch.
  std::optional<Clock::duration> run(Instance& instance, std::span<const Slice> slices,
                                     std::optional<size_t> first_row) noexcept;

  /// Of requests that have ended: the first of each of this lane's batches that goes to a sink is to tell of the batch
  /// there. Which lane ends a split request is open; if another one was the last to note its batch in it, that batch is
  /// left to the other one.
  void choose_tellers(std::span<const Slice> ended) const noexcept;

  /// Whether results came that did not add up, since the last time this was asked.
  bool take_mismatch() noexcept { return std::exchange(mismatch_, false); }

  /// Sets the request's error unless it has one. Other lanes may be at other parts of it.
  static void fail(Request& request, const Error& error);

 private:
  Clock::duration run_one(Instance& instance, Request& request);
  static void copy_indices(Request& request);
  static void aim_outputs(Request& request);
  void fill_targets(Request& request) const;
  bool fits_target(Request& request, size_t at, const Shape& dims) const;
  Clock::duration run_unpadded(Instance& instance, Request& request);
  void fail_or_run_unpadded(Instance& instance, const Slice& slice, const Error& error) noexcept;
  Clock::duration run_batch(Instance& instance, std::span<const Slice> slices, std::optional<size_t> first_row);
  void forget_batch() noexcept;
  void record(Request& request, const BatchFacts& batch, Clock::time_point start, Clock::duration took) noexcept;
  void halve(Instance& instance, std::span<const Slice> slices) noexcept;
  void put_in_place(std::span<const Slice> slices, size_t first_row);
  void gather(std::span<const Slice> slices);
  void start_inputs(std::span<const Slice> slices);
  /// The batch's output `at`; of strings, the view names the list.
  TensorView result(size_t at) const;
  void check_rows(size_t padded_to) const;
  const TensorView& own_rows(const Request& request, size_t input);
  void set_own_dims(const Request& request, size_t output, Shape& dims) const;
  void hand_out(std::span<const Slice> slices);
  void write_target(Request& request, size_t at, const TensorView& from, RowRange from_range, RowRange to_range,
                    size_t count) const;
  void hand_out_whole(Request& request, size_t position);
  void hand_out_part(const Slice& slice, size_t position);

  const Signature& signature_;
  const BatchLayout& layout_;
  const std::atomic<bool>& enabled_;
  EngineCounters& counters_;
  bool mismatch_ = false;

  // Of the batch in progress.
  size_t rows_ = 0;
  std::vector<size_t> positions_;  ///< per slice, its first row in the batch
  std::vector<TensorView> inputs_;
  std::vector<Buffer> gathered_;
  std::vector<std::vector<std::string>> strings_;  ///< per input
  std::shared_ptr<std::vector<OutputRequest>> outputs_;
  TensorView own_;  ///< what own_rows() returns of a padded request
};

}  // namespace ntrt
