// Four threads that submit rows at random, in bursts, in parts, with priorities, deadlines and poison, cancel some and
// change the options. Every request ends exactly once, and who has results has its own. Once with rows of two lengths,
// once with many that are padded.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "test/support/row_engine.h"

namespace ntrt {
namespace {

using testing::RowEngine;

constexpr uint64_t kRowThreads = 4;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || defined(NODE_TENSORRT_COVERAGE)
constexpr uint64_t kRequests = 20'000;  // per thread
#else
constexpr uint64_t kRequests = 250'000;  // per thread
#endif
constexpr int64_t kPoisonRow = -1;
const std::string kNoPadding = "padding is refused";

enum class End : uint8_t { kRefused, kCompleted, kFailed, kAborted, kTimedOut };

/// Looks at each request as it ends, and counts.
class RowJudge final : public CompletionSink {
 public:
  void completed(std::shared_ptr<Request> request) noexcept override { judge(*request); }

  void judge(const Request& request) {
    const bool poisoned = request.priority == Priority::kLow && request.id % 16 == 0;
    if (request.timed_out || request.abandon == Abandon::kTimedOut) return end(request.id, End::kTimedOut);
    if (request.abandon != Abandon::kNone) return end(request.id, End::kAborted);
    if (request.error.has_value()) {
      // What fails padded is run as it was given, unless it is split.
      const bool may_be_split = request.rows > 1 && request.error->message() == kNoPadding;
      if (!poisoned && !may_be_split) complain(request.error->message());
      return end(request.id, End::kFailed);
    }
    if (poisoned) complain("a poisoned request has results");
    if (const auto rows = testing::has_its_rows(request); !rows) complain(rows.message());
    end(request.id, End::kCompleted);
  }

  void end(uint64_t id, End how) {
    if (ends_[id].exchange(true)) complain("a second end");
    ++counts_[static_cast<size_t>(how)];
  }

  uint64_t count(End how) const { return counts_[static_cast<size_t>(how)]; }
  std::string complaint() const {
    const std::lock_guard lock(mutex_);
    return complaint_;
  }

 private:
  void complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (complaint_.empty()) complaint_ = what;
  }

  std::vector<std::atomic<bool>> ends_ = std::vector<std::atomic<bool>>(kRowThreads * kRequests);
  std::array<std::atomic<uint64_t>, 5> counts_{};
  mutable std::mutex mutex_;
  std::string complaint_;  // guarded by mutex_
};

class RowStormer {
 public:
  RowStormer(RowEngine& engine, std::shared_ptr<RowJudge> judge, uint64_t index)
      : engine_(engine),
        judge_(std::move(judge)),
        is_padded_(engine->options().layout.padding.enabled),
        random_(index + 1),
        id_(index * kRequests) {}

  void run(uint64_t count = kRequests) {
    for (const uint64_t last = id_ + count; id_ < last;) step(last);
    recent_.clear();
  }

  uint64_t num_accepted() const { return num_accepted_; }
  uint64_t num_late() const { return num_late_; }

 private:
  bool one_in(uint64_t n) { return random_() % n == 0; }

  void step(uint64_t last) {
    if (one_in(500)) configure();
    if (one_in(20)) return run_here();
    const bool burst = one_in(3);
    if (burst) engine_->begin_burst();
    for (uint64_t count = 1 + random_() % 8; count > 0 && id_ < last; --count) submit();
    if (burst) engine_->end_burst();
    while (one_in(3)) cancel();
  }

  std::shared_ptr<Request> request() {
    const size_t columns = is_padded_ ? 1 + random_() % 10 : 2 + random_() % 2;
    auto one = testing::make_rows(judge_, id_++, 1 + random_() % 5, columns);
    one->priority = static_cast<Priority>(random_() % kNumPriorities);
    if (one->priority != Priority::kLow || one->id % 16 != 0) return one;
    auto* const data = static_cast<int64_t*>(one->inputs[0].data);
    data[random_() % (one->inputs[0].bytes / sizeof(int64_t))] = kPoisonRow;
    return one;
  }

  void submit() {
    const auto one = request();
    if (one_in(16)) one->deadline = one->submitted + std::chrono::microseconds(random_() % 1000);
    const bool borrowed = one_in(2);
    while (testing::code_of([&] { engine_->check_room(one->bytes, 0, 0); })) std::this_thread::yield();
    const auto code =
        testing::code_of([&] { borrowed ? testing::submit_borrowed(*engine_, one) : engine_->submit(one); });
    if (code) {
      if (code == Code::kTimeout) ++num_late_;
      return judge_->end(one->id, End::kRefused);
    }
    ++num_accepted_;
    recent_.push_back(one);
    if (recent_.size() > 24) recent_.pop_front();
  }

  void cancel() {
    if (recent_.empty()) return;
    const auto& victim = recent_[random_() % recent_.size()];
    const bool timed_out = one_in(2);
    const auto reason = timed_out ? Abandon::kTimedOut : Abandon::kAborted;
    const bool removed = one_in(4) ? engine_->dequeue(victim, reason) : engine_->cancel(victim, reason);
    if (removed) judge_->end(victim->id, timed_out ? End::kTimedOut : End::kAborted);
  }

  void run_here() {
    const auto one = request();
    bool ran = true;
    const auto code = testing::code_of([&] {
      if (one_in(2)) {
        engine_->run_blocking(*one);
      } else {
        ran = engine_->try_run_in_place(*one, std::chrono::hours(1)).has_value();
      }
    });
    if (!ran) return judge_->end(one->id, End::kRefused);
    if (code) one->error = Error(*code, "failed");
    ++num_accepted_;
    judge_->judge(*one);
  }

  void configure() {
    QueueOptions options = engine_->queue_options();
    options.batch.max_size = 1 + random_() % 8;
    options.batch.max_delay = std::chrono::microseconds(one_in(2) ? 0 : random_() % 300);
    options.batch.preferred_sizes.clear();
    if (one_in(2)) options.batch.preferred_sizes = {1 + random_() % options.batch.max_size};
    options.target_p99 = std::chrono::milliseconds(one_in(4) ? 5 : 0);
    options.split = one_in(2);
    engine_->configure(options);
  }

  RowEngine& engine_;
  const std::shared_ptr<RowJudge> judge_;
  const bool is_padded_;
  std::mt19937_64 random_;
  uint64_t id_;
  std::deque<std::shared_ptr<Request>> recent_;
  uint64_t num_accepted_ = 0;
  uint64_t num_late_ = 0;
};

/// Some batches fail if there is padding in them.
void refuse_padding(std::span<const TensorView> inputs) {
  const std::span data(static_cast<const int64_t*>(inputs[0].data), element_count(inputs[0].dims));
  if (data[0] / 64 % 16 != 0 || std::find(data.begin(), data.end(), testing::kPadValue) == data.end()) return;
  throw Error(Code::kBackendError, kNoPadding);
}

void storm_of_rows(int instances, BatchLayout layout = testing::row_layout()) {
  const uint64_t before = host_pool().stats().allocated.current;
  const auto judge = std::make_shared<RowJudge>();
  {
    EngineOptions options = testing::row_options(8, instances);
    options.layout = std::move(layout);
    options.queue.max_queue = 256;
    options.inline_below_us = 3'600'000'000;
    RowEngine engine(options);
    engine.faults().poison = kPoisonRow;
    engine.script().set_action([action = testing::RowAction(engine.shared_faults())](auto inputs, auto outputs) {
      refuse_padding(inputs);
      action(inputs, outputs);
    });
    std::vector<RowStormer> stormers;
    for (uint64_t t = 0; t < kRowThreads; ++t) stormers.emplace_back(engine, judge, t);
    std::vector<std::thread> threads;
    for (RowStormer& stormer : stormers) threads.emplace_back([&] { stormer.run(); });
    for (std::thread& thread : threads) thread.join();
    engine.close();
    engine.wait_closed();

    uint64_t accepted = 0;
    uint64_t late = 0;
    for (const RowStormer& one : stormers) {
      accepted += one.num_accepted();
      late += one.num_late();
    }
    const EngineCounters& c = engine->counters();
    EXPECT_EQ(judge->complaint(), "");
    EXPECT_EQ(c.accepted, accepted);
    EXPECT_EQ(c.completed, judge->count(End::kCompleted));
    EXPECT_EQ(c.failed, judge->count(End::kFailed));
    EXPECT_EQ(c.aborted, judge->count(End::kAborted));
    EXPECT_EQ(c.timed_out, judge->count(End::kTimedOut));
    engine.expect_counters_add_up();
    EXPECT_EQ(c.rejected[static_cast<size_t>(Refusal::kDeadline)], late);
    EXPECT_EQ(engine->queue_state().depth, 0U);
    EXPECT_EQ(engine->batching_fault(), "");
    EXPECT_LE(engine.script().max_running(), static_cast<size_t>(instances));
    EXPECT_EQ(judge->count(End::kRefused) + accepted, kRowThreads * kRequests);
    for (const End how : {End::kCompleted, End::kFailed, End::kAborted, End::kTimedOut})
      EXPECT_GT(judge->count(how), 0U);
    EXPECT_GT(c.gathered_rows, 0U);
    EXPECT_GT(engine.sizes().size(), 4U) << "batches of many sizes";
  }
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST(EngineBatchingStorm, OneInstance) { storm_of_rows(1); }

TEST(EngineBatchingStorm, ThreeInstances) { storm_of_rows(3); }

TEST(EngineBatchingStorm, OfLengthsThatArePadded) { storm_of_rows(2, testing::padding_layout()); }

TEST(EngineBatchingStorm, NoticesRowsThatGetIntoEachOther) {
  const auto judge = std::make_shared<RowJudge>();
  RowEngine engine(testing::row_options(8));
  engine.faults().mixes_rows = true;
  RowStormer(engine, judge, 0).run(200);
  engine.close();
  engine.wait_closed();
  EXPECT_NE(judge->complaint(), "");
}

}  // namespace
}  // namespace ntrt
