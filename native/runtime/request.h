#pragma once
// One inference request on its way from submit to completion.
//
// Note "pooled memory": memory of a pool that JavaScript sees as an array (SharedBlock).
// - A request does not copy it when it is submitted. An input is read when its batch is put together, or by the run
//   itself where the request runs alone; an output is written by the run itself where the request runs alone, else
//   copied once by the lane. A lease keeps the memory, and other requests out of it, until the run has ended.
// - JavaScript can write to it at any moment. So a request that meets others copies the inputs that all of a batch
//   share when it is submitted: they were compared by then. And a run gets copies of its integers and bools
//   (is_index_type()): models use them as indices, sizes and conditions, and operators check them before use.

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "core/error.h"
#include "memory/buffer.h"
#include "memory/shared_block.h"
#include "runtime/batch/plan_item.h"
#include "runtime/sequence/sequence_table.h"
#include "runtime/stats/run_facts.h"

namespace ntrt {

class BatchBuffer;
class Engine;
struct Request;

/// Receives finished requests, on a lane thread; must not block and must not throw.
class CompletionSink {
 public:
  virtual ~CompletionSink() = default;
  virtual void completed(std::shared_ptr<Request> request) noexcept = 0;
  /// After all of a batch that are this sink's.
  virtual void wake() noexcept {}
};

/// Why a request ended without a result of its own.
enum class Abandon : uint8_t { kNone, kAborted, kTimedOut, kDropped };

/// Where a request's rows stand, if not in memory of its own.
struct BatchSlot {
  std::shared_ptr<BatchBuffer> buffer;
  size_t first_row = 0;
};

/// Written by the thread that submits it, then by the lane that runs it, then by the thread that takes its
/// results; never by two at once. What the queue needs stands under the engine's mutex.
struct Request : PlanItem {
  uint64_t id = 0;
  std::shared_ptr<CompletionSink> sink;
  std::shared_ptr<Engine> engine;

  std::vector<TensorView> inputs;
  std::vector<bool> borrowed;                    ///< per input: its data is memory of the caller's
  std::vector<Buffer> buffers;                   ///< own the data of `inputs`
  std::deque<std::vector<std::string>> strings;  ///< likewise, of string inputs; a deque never moves its elements
  BatchSlot slot;                                ///< likewise
  std::vector<BlockLease> leases;  ///< of pooled memory, which inputs and `targets` view; Note "pooled memory"
  std::vector<bool> pooled;        ///< per input: its data is pooled memory; empty: none is
  std::vector<OutputRequest> outputs;
  std::vector<TensorView> targets;  ///< per output: the pooled memory that a lane writes it to, or no data; empty: none
  std::shared_ptr<void> results;    ///< owns what `outputs` view, where they do not themselves
  std::vector<Buffer> result_buffers;  ///< likewise
  std::optional<Error> error;          ///< set instead of results
  std::mutex results_mutex;            ///< of a request that takes several batches: guards the two above
  size_t bytes = 0;                    ///< of all inputs, for the queue's limit
  size_t length = 0;                   ///< of its inputs along the axes that are padded, if they are
  size_t padded_to = 0;                ///< so long they are in its batch; 0: as they are
  size_t items = 1;                    ///< rows that it counts as in statistics, also where it runs alone
  RunFacts facts;                      ///< of a request that takes several batches: under results_mutex until it ends

  std::optional<SequenceStep> step;  ///< of a sequence; the engine adds its state inputs and outputs
  bool ends_sequence = false;        ///< it is to be the last step
  size_t hidden_outputs = 0;         ///< the last of `outputs`: states that the caller has not asked for
  Clock::duration held_up{};         ///< how long steps before it kept it from the planner, up to `submitted`

  Clock::time_point admitted;   ///< of a request with a deadline
  Clock::duration predicted{};  ///< from then to its end; 0: nothing was

  // Guarded by Engine::mutex_.
  /// kWaiting: for a step before it.
  enum class State : uint8_t { kNew, kWaiting, kQueued, kRunning, kDone } state = State::kNew;
  Abandon abandon = Abandon::kNone;
  bool timed_out = false;  ///< given up by the planner
  size_t rows_finished = 0;
  bool flushed = false;          ///< while it waits: it is not to wait for company either
  Sequence* sequence = nullptr;  ///< from admit() to its end; while it runs, its lane's

  bool is_padded() const noexcept { return padded_to > length; }

  /// Where a lane is to write that output, or null.
  const TensorView* target(size_t output) const noexcept {
    return output < targets.size() && targets[output].data != nullptr ? &targets[output] : nullptr;
  }

  /// What it holds of its inputs.
  void drop_inputs() noexcept {
    buffers.clear();
    std::erase_if(leases, [](const BlockLease& lease) { return lease.access() == Access::kRead; });
  }

  /// Lets go of all that it owns, but for the vectors themselves, which have grown to what this model needs.
  void reset() noexcept {
    engine.reset();
    buffers.clear();
    leases.clear();
    pooled.clear();
    targets.clear();
    strings.clear();
    slot = {};
    for (OutputRequest& output : outputs) output.value.reset();
    results.reset();
    result_buffers.clear();
    bytes = 0;
    facts = {};
    deadline = Clock::time_point::max();
    priority = Priority::kNormal;
    error.reset();
    predicted = {};
    state = State::kNew;
    abandon = Abandon::kNone;
    timed_out = false;
    rows_finished = 0;
    rows_planned = 0;
    step.reset();
    ends_sequence = false;
    hidden_outputs = 0;
    held_up = {};
    flushed = false;
    sequence = nullptr;
  }
};

}  // namespace ntrt
