// Threads that submit steps of their sequences at random, begin and end them, cancel and poison some. Each step's
// result must be the one that follows from those of its sequence that ran before it, and must come after theirs.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "test/support/sequence_model.h"

namespace ntrt {
namespace {

using testing::SequenceEngine;

constexpr uint64_t kStreamThreads = 3;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || defined(NODE_TENSORRT_COVERAGE)
constexpr uint64_t kSteps = 10'000;  // per thread
#else
constexpr uint64_t kSteps = 100'000;  // per thread
#endif
constexpr uint64_t kIds = 7;  // per thread
constexpr int64_t kPoisonStep = -1;

/// A sequence as the model of the test knows it: from one beginning to the end.
struct Life {
  std::mutex mutex;
  int64_t value = 0;       // guarded by mutex, as is the rest
  uint64_t last_step = 0;  // number of the last step that ended, from 1
};

/// Compares each step with what must follow from the steps before it. Its requests' ids are places in `steps`.
class StepJudge final : public CompletionSink {
 public:
  struct Step {
    std::shared_ptr<Life> life;
    uint64_t number = 0;  ///< in its life
    int64_t x = 0;
    bool removed = false;  ///< of the submitter's thread: cancelled before it ran
  };

  explicit StepJudge(size_t size) : steps_(size) {}
  Step& at(uint64_t id) { return steps_[id]; }

  void completed(std::shared_ptr<Request> request) noexcept override {
    const Step& step = steps_[request->id];
    const std::lock_guard lock(step.life->mutex);
    if (step.number <= step.life->last_step) complain("a step ended before its predecessor");
    step.life->last_step = step.number;
    if (request->error) {
      ++num_failed_;
      if (step.x != kPoisonStep && !request->timed_out) complain(request->error->message());
      return;
    }
    if (step.x == kPoisonStep) complain("a poisoned step has results");
    if (request->outputs.size() != 1) complain("a state came out");
    step.life->value = testing::next_value(step.life->value, step.x);
    if (testing::value_of(*request) != step.life->value) complain("a result does not follow from its predecessors");
    ++num_completed_;
  }

  std::string complaint() const {
    const std::lock_guard lock(mutex_);
    return complaint_;
  }
  uint64_t num_completed() const { return num_completed_; }
  uint64_t num_failed() const { return num_failed_; }

 private:
  void complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (complaint_.empty()) complaint_ = what;
  }

  std::vector<Step> steps_;
  std::atomic<uint64_t> num_completed_{0};
  std::atomic<uint64_t> num_failed_{0};
  mutable std::mutex mutex_;
  std::string complaint_;  // guarded by mutex_
};

/// One thread, with sequences of its own: only so is it known in which order their steps are submitted.
class StreamStormer {
 public:
  StreamStormer(SequenceEngine& engine, std::shared_ptr<StepJudge> judge, uint64_t index)
      : engine_(engine), judge_(std::move(judge)), index_(index), random_(index + 1), id_(index * kSteps) {}

  void run() {
    for (const uint64_t last = id_ + kSteps; id_ < last;) {
      const bool burst = one_in(3);
      if (burst) engine_->begin_burst();
      for (uint64_t count = 1 + random_() % 12; count > 0 && id_ < last; --count) submit();
      if (burst) engine_->end_burst();
      while (one_in(3)) cancel();
      if (one_in(200)) configure();
    }
    recent_.clear();
  }

  uint64_t num_accepted() const { return num_accepted_; }
  uint64_t num_removed() const { return num_removed_; }

 private:
  /// What the thread knows of one of its ids.
  struct Known {
    std::shared_ptr<Life> life;
    uint64_t num_steps = 0;
    uint64_t ending = 0;  ///< place of the last step, if it was submitted; else 0
  };

  bool one_in(uint64_t n) { return random_() % n == 0; }

  void submit() {
    const uint64_t which = random_() % kIds;
    Known& known = known_[which];
    SequenceStep step{std::to_string(index_) + ":" + std::to_string(which)};
    if (one_in(12)) step.start = SequenceStart::kAnew;
    step.end = one_in(12);
    const bool begins = !known.life || known.ending != 0 || step.start == SequenceStart::kAnew;
    const int64_t x = one_in(20) ? kPoisonStep : static_cast<int64_t>(random_() >> 1U);
    while (testing::code_of([&] { engine_->check_room(8, 0, 0); })) std::this_thread::yield();

    const uint64_t id = id_++;
    Known next = begins ? Known{std::make_shared<Life>()} : known;
    judge_->at(id) = {next.life, ++next.num_steps, x, false};
    if (step.end) next.ending = id + 1;
    const auto request = testing::make_step(judge_, id, step, x);
    request->priority = static_cast<Priority>(random_() % kNumPriorities);
    // A last step may only be given up by its caller, or it would not be known whether it has run.
    if (!step.end && one_in(16)) request->deadline = request->submitted + std::chrono::microseconds(random_() % 2000);
    if (testing::code_of([&] { engine_->submit(request); })) return;
    known = next;
    ++num_accepted_;
    recent_.push_back(request);
    if (recent_.size() > 24) recent_.pop_front();
  }

  void cancel() {
    if (recent_.empty()) return;
    const auto& victim = recent_[random_() % recent_.size()];
    const auto reason = one_in(2) ? Abandon::kAborted : Abandon::kTimedOut;
    if (one_in(4) ? !engine_->dequeue(victim, reason) : !engine_->cancel(victim, reason)) return;
    ++num_removed_;
    for (Known& known : known_) {
      if (known.ending == victim->id + 1) known.ending = 0;  // as if it had never been
    }
  }

  void configure() {
    QueueOptions options = engine_->queue_options();
    options.batch.max_size = 1 + random_() % 8;
    options.batch.max_delay = std::chrono::microseconds(one_in(2) ? 0 : random_() % 200);
    engine_->configure(options);
  }

  SequenceEngine& engine_;
  const std::shared_ptr<StepJudge> judge_;
  const uint64_t index_;
  std::mt19937_64 random_;
  uint64_t id_;
  std::array<Known, kIds> known_;
  std::deque<std::shared_ptr<Request>> recent_;
  uint64_t num_accepted_ = 0;
  uint64_t num_removed_ = 0;
};

/// Returns the judge's complaint.
std::string storm_of_streams(int instances, bool swaps_states) {
  const uint64_t before = host_pool().stats().allocated.current;
  const auto judge = std::make_shared<StepJudge>(kStreamThreads * kSteps);
  {
    EngineOptions options = testing::stateful_options(instances, 8);
    options.queue.max_queue = 128;
    SequenceEngine engine(options);
    engine.faults().poison = kPoisonStep;
    engine.faults().swaps_states = swaps_states;
    std::vector<StreamStormer> stormers;
    for (uint64_t t = 0; t < kStreamThreads; ++t) stormers.emplace_back(engine, judge, t);
    std::vector<std::thread> threads;
    for (StreamStormer& stormer : stormers) threads.emplace_back([&] { stormer.run(); });
    for (std::thread& thread : threads) thread.join();
    engine.close();
    engine.wait_closed();

    uint64_t accepted = 0;
    uint64_t removed = 0;
    for (const StreamStormer& one : stormers) {
      accepted += one.num_accepted();
      removed += one.num_removed();
    }
    const EngineCounters& c = engine->counters();
    EXPECT_EQ(c.accepted, accepted);
    EXPECT_EQ(c.completed + c.failed + c.aborted + c.timed_out, accepted);
    EXPECT_EQ(judge->num_completed() + judge->num_failed() + removed, accepted);
    EXPECT_GT(judge->num_completed(), accepted / 4);
    EXPECT_GT(judge->num_failed(), 0U);
    EXPECT_GT(removed, 0U);
    EXPECT_GT(engine.sizes().size(), 3U) << "batches of many sizes";
    EXPECT_EQ(engine->queue_state().depth, 0U);
    const SequenceStats stats = engine.stats();
    EXPECT_EQ(stats.active, 0U);
    EXPECT_EQ(stats.started, stats.ended);
    EXPECT_GT(stats.started, kStreamThreads * kIds);
    EXPECT_LE(engine.script().max_running(), static_cast<size_t>(instances));
  }
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  return judge->complaint();
}

TEST(EngineSequencesStorm, OneInstance) { EXPECT_EQ(storm_of_streams(1, false), ""); }

TEST(EngineSequencesStorm, ThreeInstances) { EXPECT_EQ(storm_of_streams(3, false), ""); }

TEST(EngineSequencesStorm, StatesThatAreMixedUpAreNoticed) {
  EXPECT_EQ(storm_of_streams(2, true), "a result does not follow from its predecessors");
}

}  // namespace
}  // namespace ntrt
