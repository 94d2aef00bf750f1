#pragma once
// The sequences of an engine: what each remembers from one step to the next, and for how long.
//
// Note "sequences"
// - A step is a request that runs on the state of its sequence. Only one step of a sequence is in the planner or
//   running, "in hand"; the others wait in the sequence itself, in the order of their submission. When the one in hand
//   has ended, whoever ended it (a lane, or the thread that cancels) puts the next one into the planner, under the
//   engine's lock. Lanes do that once for all steps of a batch, so that the next ones meet again.
// - So the state has one user at a time: while a step is in hand its inputs view the state, and the lane that runs it
//   writes the new state after the run, when nothing of it can fail any more. The engine's lock hands it on.
// - The id leads to the sequence until it ends, is replaced (`start`) or expires. One that was replaced lives on,
//   without a name, until the steps that it has are done.
// - Putting a step into the planner can find no memory. The step is then moved, which needs none, to a list from which
//   a lane takes it to fail it.

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "memory/buffer.h"
#include "runtime/batch/plan_item.h"
#include "runtime/sequence/sequence_options.h"

namespace ntrt {

/// What a step expects of its sequence. The numbers cross the border.
enum class SequenceStart : uint8_t {
  kIfNone = 1,  ///< it goes on, or begins if there is none
  kAnew = 2,    ///< it begins; the one there was loses its name
  kMustExist = 3
};

/// What a request says of the sequence that it is a step of.
struct SequenceStep {
  std::string id;
  SequenceStart start = SequenceStart::kIfNone;
  bool end = false;  ///< the sequence ends when this has run
};

/// Guarded by the engine's lock, but for the contents of `states`.
struct Sequence {
  std::string id;
  bool named = true;           ///< its id leads to it
  bool idle = true;            ///< it has no steps
  bool has_run = false;        ///< one of its steps has
  bool ending = false;         ///< its last step was let in: no other can follow
  bool in_hand = false;        ///< one of its steps is in the planner or running
  size_t num_steps = 0;        ///< let in and not ended
  std::vector<Buffer> states;  ///< per state of the engine
  PlanQueue waiting;           ///< steps behind the one in hand
  Clock::time_point idle_since;
  std::list<Sequence>::iterator self;

  // Of the lane that ends its step: a list, so that nothing has to be allocated.
  Sequence* next_ended = nullptr;
  bool step_ran = false;
  bool step_was_last = false;
};

struct SequenceStats {
  size_t active = 0;  ///< = started - ended - expired
  uint64_t started = 0;
  uint64_t ended = 0;
  uint64_t expired = 0;
};

/// A data structure without threads or clock; the engine's lock guards it.
class SequenceTable {
 public:
  /// `options` outlives it.
  explicit SequenceTable(const SequenceOptions& options) : options_(options) {}
  SequenceTable(const SequenceTable&) = delete;
  SequenceTable& operator=(const SequenceTable&) = delete;

  /// The sequence that such a step would go on with, or null.
  const Sequence* find(const SequenceStep& step) const noexcept;
  /// Whether such a step would need one sequence more than there may be.
  bool is_full_for(const SequenceStep& step) const noexcept;

  /// Lets a step in: finds or begins its sequence. close() follows. Throws std::bad_alloc and Error{kOutOfMemory}; then
  /// nothing has changed.
  Sequence& open(const SequenceStep& step);

  /// A step has ended. `last`: it was to end the sequence; `ran`: it did more than wait. Returns whether the sequence
  /// is still there.
  bool close(Sequence& sequence, bool last, bool ran, Clock::time_point now) noexcept;

  /// Drops the sequences that had no step for too long.
  void expire(Clock::time_point now) noexcept;
  /// When the next one would be dropped; max() for never.
  Clock::time_point next_expiry() const noexcept;

  SequenceStats stats() const noexcept;
  /// Those with steps.
  std::list<Sequence>& busy() noexcept { return busy_; }
  const std::list<Sequence>& busy() const noexcept { return busy_; }
  /// The end of the engine: drops those that are idle.
  void clear() noexcept;

 private:
  Sequence& begin(const std::string& id);
  void forget_name(Sequence& sequence) noexcept;
  void drop(Sequence& idle, uint64_t& counter) noexcept;

  const SequenceOptions& options_;
  std::list<Sequence> idle_;  ///< those that have been for longest come first
  std::list<Sequence> busy_;
  std::unordered_map<std::string, Sequence*> by_id_;
  uint64_t started_ = 0;
  uint64_t ended_ = 0;
  uint64_t expired_ = 0;
};

}  // namespace ntrt
