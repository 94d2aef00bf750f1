#pragma once
// The models of one name that all threads of the process share under one budget: ResidencyTable with its lock, the
// engines that it keeps, and the way to whoever waits. It holds one handle to each resident engine, which it closes to
// evict it; everybody else's handle lives only while it is used, and holds a lease, whose end is the release.
//
// Any thread. Nothing is called under the lock but the table and an engine's counting of handles. Kept alive by its
// members, its leases and the engines that are being closed.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "runtime/engine_handle.h"
#include "runtime/residency/residency_table.h"

namespace ntrt {

/// How one demand ended.
struct DemandResult {
  Outcome outcome = Outcome::kGranted;
  EngineHandle engine;                             // of a kUse that was granted
  std::shared_ptr<const std::string> description;  // likewise: what the loader said of the engine
  std::optional<Error> error;                      // of kFailed
};

/// Told once, on any thread, without a lock, unless the call that made the demand returned its result.
class DemandListener : public DemandOwner {
 public:
  virtual void settled(DemandResult result) noexcept = 0;
};

struct ModelReport {
  std::string name;
  ModelState state = ModelState::kUnloaded;
  uint64_t bytes = 0;
  size_t references = 0;
  size_t waiting = 0;
  bool pinned = false;
  uint64_t loads = 0;
  uint64_t evictions = 0;
  double idle_ms = -1;  // since the last use; -1: never used
  std::optional<Error> error;
};

class Residency final : public std::enable_shared_from_this<Residency> {
 public:
  /// There is one for a name as long as it has members. The caller becomes one, until leave(). Throws
  /// Error{kInvalidArgument} if it has another budget.
  struct Joined {
    std::shared_ptr<Residency> residency;
    uint64_t member = 0;
  };
  static Joined join(const std::string& name, uint64_t budget);

  Residency(std::string name, uint64_t budget) : name_(std::move(name)), budget_(budget), table_(budget) {}

  /// What the member waits for is dropped. With the last one all models go; then, or at once if there are others,
  /// `on_done` is called.
  void leave(uint64_t member, std::function<void()> on_done);

  /// `definition` tells models apart. Throws Error{kInvalidArgument} if the name stands for another one.
  void add(uint64_t member, const std::string& model, const std::string& definition);
  void remove(uint64_t member, const std::string& model);

  /// The result if it is there at once; else the listener hears of it. Throws std::bad_alloc, and
  /// Error{kInvalidArgument} for a model that was not added.
  std::optional<DemandResult> demand(DemandKind kind, uint64_t member, uint64_t id, const std::string& model,
                                     uint64_t bytes, std::unique_ptr<DemandListener> listener);
  bool cancel(uint64_t member, uint64_t id, const std::string& model);

  /// What a load that is done has to say. `weights`: of `bytes`, those that the model's account need not show, since
  /// ONNX Runtime keeps some itself; none: `bytes` is known, and nothing is measured.
  struct Finished {
    uint64_t bytes = 0;
    std::optional<uint64_t> weights;
    std::string description;
    bool keep = false;  ///< the elected wants the engine itself
  };
  /// Of the elected.
  std::optional<DemandResult> finish(uint64_t member, const std::string& model, const EngineHandle& engine,
                                     Finished finished);
  void fail(uint64_t member, const std::string& model, const Error& error);
  void abandon(uint64_t member, const std::string& model);

  void pin(const std::string& model, bool pinned);
  std::vector<ModelReport> report() const;
  ResidencyTotals totals() const;

 private:
  class Lease;
  /// What a demand takes along, made when memory may still be missing.
  struct Owner;
  struct Loaded {
    std::string definition;
    EngineHandle engine;
    std::shared_ptr<const std::string> description;
    std::function<void()> on_closed;  // made at finish()
    std::optional<uint64_t> weights;  // Finished::weights
    std::optional<Error> error;
    std::optional<Clock::time_point> used;
  };
  struct Member {
    std::vector<std::string> models;
  };

  Demands make_demand(DemandKind kind, uint64_t member, uint64_t id, ModelEntry& model, uint64_t bytes,
                      std::unique_ptr<DemandListener> listener);
  ModelEntry& entry_of(const std::string& model);                  // REQUIRES: mutex_
  ModelEntry& elected(uint64_t member, const std::string& model);  // REQUIRES: mutex_
  void remove_locked(const std::string& model) noexcept;           // REQUIRES: mutex_
  void fill_in(Demand& demand) noexcept;                           // REQUIRES: mutex_
  /// Tells whoever is to be told and closes what is to be closed, without the lock in between.
  void carry_out(std::unique_lock<std::mutex>& lock) noexcept;
  std::optional<DemandResult> take_own(uint64_t member, uint64_t id) noexcept;  // REQUIRES: mutex_
  void release(ModelEntry& model) noexcept;
  void measure(ModelEntry& model, const Loaded& loaded) noexcept;  // REQUIRES: mutex_
  void closed(ModelEntry& model) noexcept;

  const std::string name_;
  const uint64_t budget_;
  mutable std::mutex mutex_;
  ResidencyTable table_;                                  // guarded by mutex_
  std::unordered_map<const ModelEntry*, Loaded> loaded_;  // one per entry; guarded by mutex_
  std::unordered_map<uint64_t, Member> members_;          // guarded by mutex_
  Demands told_;                                          // settled, with results, yet to be told; guarded by mutex_
  uint64_t next_member_ = 1;                              // guarded by mutex_
  std::function<void()> on_all_gone_;                     // guarded by mutex_
};

}  // namespace ntrt
