#pragma once
// Runs of a model while it is being loaded, to find out how it behaves: they end when the load is cancelled, or when
// they have taken too long.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "runtime/proof/watchdog.h"

namespace ntrt {

/// Sizes to try for symbolic dimensions that are not the axes of rows, until a model takes one: most that are free want
/// multiples of 32. One of any size if there are no such dimensions.
std::vector<int64_t> free_sizes(const Signature& signature, const std::vector<int>& axes);

/// One thread.
class TrialRuns {
 public:
  using Results = std::vector<OutputRequest>;

  /// `max_seconds` for all runs together; 0: as long as they take.
  TrialRuns(LoadedModel& model, LoadCancellation& cancellation, double max_seconds);

  /// All outputs. Throws Error: of the model's own kBackendError, kNotOpen when the load was cancelled.
  Results run(const std::vector<TensorView>& inputs);

  /// Then a run that failed proves nothing.
  bool is_out_of_time() const { return watchdog_ && watchdog_->fired(); }
  std::string out_of_time() const;

 private:
  class HookScope {
   public:
    HookScope(LoadCancellation& cancellation, Instance& instance);
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;
    ~HookScope();

   private:
    LoadCancellation& cancellation_;
  };

  const Signature& signature_;
  LoadCancellation& cancellation_;
  const double max_seconds_;
  std::unique_ptr<Instance> instance_;
  HookScope hook_;
  std::optional<Watchdog> watchdog_;  ///< ends before what it may terminate
};

}  // namespace ntrt
