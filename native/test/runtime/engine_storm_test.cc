// Four threads that submit, cancel, run and ask at random. Afterwards every request has ended exactly once and the
// counters add up.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::FakeEngine;

constexpr uint64_t kThreads = 4;
constexpr uint64_t kOperations = 5000;  // per thread

/// Counts the ends of each request; checks at each that no counter runs ahead of `accepted`.
class EndCounter final : public CompletionSink {
 public:
  explicit EndCounter(Engine& engine) : engine_(engine) {}

  void completed(std::shared_ptr<Request> request) noexcept override {
    count_end(request->id);
    const EngineCounters& c = engine_.counters();
    const uint64_t ended = c.completed + c.failed + c.aborted + c.timed_out;
    if (ended > c.accepted) overtaken = true;
  }
  void count_end(uint64_t id) { ++ends_[id]; }
  uint64_t ends_of(uint64_t id) const { return ends_[id]; }
  uint64_t total() const {
    uint64_t sum = 0;
    for (const auto& one : ends_) sum += one;
    return sum;
  }

  std::atomic<bool> overtaken{false};

 private:
  Engine& engine_;
  std::array<std::atomic<uint8_t>, kThreads * kOperations> ends_{};
};

struct Tally {
  uint64_t accepted = 0;
  uint64_t rejected = 0;
};

class Stormer {
 public:
  Stormer(FakeEngine& engine, std::shared_ptr<EndCounter> sink, uint64_t index)
      : engine_(engine), sink_(std::move(sink)), random_(index + 1), next_id_(index * kOperations) {}

  Tally run() {
    for (uint64_t i = 0; i < kOperations; ++i) step();
    return tally_;
  }

 private:
  void step() {
    const uint64_t dice = random_() % 100;
    if (dice < 55) return submit(dice < 5);
    if (dice < 80) return cancel();
    if (dice < 85)
      return run_here([this](Request& r) {
        engine_->run_blocking(r);
        return true;
      });
    if (dice < 93) {
      return run_here([this](Request& r) { return engine_->try_run_in_place(r, std::chrono::hours(1)).has_value(); });
    }
    if (dice < 97) {
      tally_.rejected += testing::code_of([&] { engine_->check_room(random_() % 300, random_() % 8, 0); }) ? 1 : 0;
      return;
    }
    EXPECT_LE(engine_->queue_state().depth, 32U);
    EXPECT_GE(engine_->queue_state().oldest_ms, 0.0);
  }

  std::shared_ptr<Request> request() { return testing::make_request(sink_, next_id_++, random_() % 200); }

  void submit(bool late) {
    auto one = request();
    if (late) one->deadline = Clock::time_point::min();
    if (testing::code_of([&] { engine_->submit(one); })) {
      ++tally_.rejected;
      return;
    }
    ++tally_.accepted;
    recent_.push_back(std::move(one));
    if (recent_.size() > 24) recent_.pop_front();
  }

  void cancel() {
    if (recent_.empty()) return;
    const auto& victim = recent_[random_() % recent_.size()];
    const auto reason = random_() % 2 == 0 ? Abandon::kAborted : Abandon::kTimedOut;
    if (engine_->cancel(victim, reason)) sink_->count_end(victim->id);
  }

  template <typename Run>
  void run_here(Run&& run) {
    const auto one = request();
    bool ran = true;
    // A failed run has run, too.
    testing::code_of([&] { ran = run(*one); });
    if (!ran) return;
    ++tally_.accepted;
    sink_->count_end(one->id);
  }

  FakeEngine& engine_;
  std::shared_ptr<EndCounter> sink_;
  std::mt19937_64 random_;
  uint64_t next_id_;
  std::deque<std::shared_ptr<Request>> recent_;
  Tally tally_;
};

void storm(int instances) {
  EngineOptions options = testing::fake_options(instances);
  options.queue.max_queue = 32;
  options.queue.max_queue_bytes = 2000;
  options.inline_below_us = 3'600'000'000;
  FakeEngine engine(options);
  engine.script().set_action([](std::span<const TensorView> inputs, std::span<OutputRequest>) {
    if (*static_cast<int64_t*>(inputs[0].data) % 11 == 0) throw Error(Code::kBackendError, "scripted");
  });
  const auto sink = std::make_shared<EndCounter>(*engine);
  std::array<Tally, kThreads> tallies;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] { tallies[t] = Stormer(engine, sink, t).run(); });
  }
  for (std::thread& thread : threads) thread.join();
  engine.close();
  engine.wait_closed();

  Tally all;
  for (const Tally& one : tallies) {
    all.accepted += one.accepted;
    all.rejected += one.rejected;
  }
  const EngineCounters& c = engine->counters();
  EXPECT_EQ(c.accepted, all.accepted);
  EXPECT_EQ(c.num_rejected(), all.rejected);
  EXPECT_EQ(c.completed + c.failed + c.aborted + c.timed_out, c.accepted);
  EXPECT_EQ(sink->total(), c.accepted);
  for (uint64_t id = 0; id < kThreads * kOperations; ++id) ASSERT_LE(sink->ends_of(id), 1U) << id;
  EXPECT_FALSE(sink->overtaken) << "more requests had ended than were accepted";
  EXPECT_LE(engine.script().max_running(), static_cast<size_t>(instances));
  EXPECT_GT(c.completed, 0U);
  EXPECT_GT(c.failed, 0U);
  EXPECT_GT(c.timed_out, 0U);
}

TEST(EngineStorm, OneInstance) { storm(1); }

TEST(EngineStorm, ThreeInstances) { storm(3); }

}  // namespace
}  // namespace ntrt
