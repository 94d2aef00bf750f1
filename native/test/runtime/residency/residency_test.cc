#include "runtime/residency/residency.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::FakeModel;
using testing::FakeScript;
using testing::wait_until;

/// Keeps what it hears of.
class Heard {
 public:
  class Listener final : public DemandListener {
   public:
    explicit Listener(std::shared_ptr<Heard> heard) : heard_(std::move(heard)) {}
    void settled(DemandResult result) noexcept override {
      const std::lock_guard lock(heard_->mutex_);
      heard_->result_ = std::move(result);
      heard_->there_ = true;
    }

   private:
    const std::shared_ptr<Heard> heard_;
  };

  bool there() {
    const std::lock_guard lock(mutex_);
    return there_;
  }
  DemandResult take() {
    wait_until("a demand to be settled", [this] { return there(); });
    const std::lock_guard lock(mutex_);
    return std::move(result_);
  }

 private:
  std::mutex mutex_;
  DemandResult result_;  // guarded by mutex_
  bool there_ = false;   // guarded by mutex_
};

/// One thread's part, which does what a JavaScript thread would.
class Part {
 public:
  Part(const std::string& name, uint64_t budget, std::shared_ptr<FakeScript> script) : script_(std::move(script)) {
    const auto joined = Residency::join(name, budget);
    residency_ = joined.residency;
    member_ = joined.member;
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part() { leave(); }

  Residency& operator*() { return *residency_; }
  Residency* operator->() { return residency_.get(); }
  uint64_t member() const { return member_; }

  void leave() {
    if (residency_) residency_->leave(member_, {});
    residency_.reset();
  }

  std::shared_ptr<Heard> ask(DemandKind kind, const std::string& model, uint64_t bytes = 0) {
    auto heard = std::make_shared<Heard>();
    auto now = residency_->demand(kind, member_, ++last_id_, model, bytes, std::make_unique<Heard::Listener>(heard));
    if (now) Heard::Listener(heard).settled(std::move(*now));
    return heard;
  }

  EngineHandle start() const {
    EngineOptions options = testing::fake_options();
    options.memory = std::make_shared<MemoryOwner>("fake");
    return EngineHandle(Engine::start(std::make_unique<FakeModel>(script_), std::move(options)));
  }

  /// A use to its engine, loaded if this thread is elected; with `weights` it is measured.
  EngineHandle use(const std::string& model, uint64_t bytes, std::optional<uint64_t> weights = std::nullopt) {
    DemandResult result = ask(DemandKind::kUse, model)->take();
    if (result.outcome != Outcome::kElected) return std::move(result.engine);
    if (ask(DemandKind::kReserve, model, bytes)->take().outcome != Outcome::kRoom) {
      residency_->fail(member_, model, Error(Code::kOutOfMemory, "no room"));
      return {};
    }
    const EngineHandle engine = start();
    return std::move(
        residency_->finish(member_, model, engine, {bytes, weights, "description of " + model, true})->engine);
  }

  uint64_t last_id() const { return last_id_; }

 private:
  const std::shared_ptr<FakeScript> script_;
  std::shared_ptr<Residency> residency_;
  uint64_t member_ = 0;
  uint64_t last_id_ = 0;
};

class ResidencyTest : public ::testing::Test {
 protected:
  std::unique_ptr<Part> part(uint64_t budget = 100) {
    auto made = std::make_unique<Part>(name_, budget, script_);
    for (const char* model : {"a", "b", "c"}) (*made)->add(made->member(), model, "what it is");
    return made;
  }
  void wait_until_models(size_t count) {
    wait_until("models to go", [&] { return script_->live_models() == count; });
  }
  static ModelReport report(Part& part, const std::string& name) {
    for (ModelReport& one : part->report()) {
      if (one.name == name) return one;
    }
    return {};
  }

  const std::string name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
};

TEST_F(ResidencyTest, LoadsOnceForAllThreads) {
  const auto first = part();
  const auto second = part();
  EXPECT_EQ(first->ask(DemandKind::kUse, "a")->take().outcome, Outcome::kElected);
  const auto other = second->ask(DemandKind::kUse, "a");
  EXPECT_FALSE(other->there());
  EXPECT_EQ(first->ask(DemandKind::kReserve, "a", 10)->take().outcome, Outcome::kRoom);
  const EngineHandle engine = first->start();
  auto own = (*first)->finish(first->member(), "a", engine, {10, {}, "what is said", true});
  const DemandResult result = other->take();
  EXPECT_EQ(result.outcome, Outcome::kGranted);
  EXPECT_EQ(result.engine.shared(), own->engine.shared());
  EXPECT_EQ(*result.description, "what is said");
  EXPECT_EQ(report(*first, "a").references, 2u);
  EXPECT_EQ(script_->live_models(), 1u);
}

TEST_F(ResidencyTest, AHandleIsALeaseUntilItsEnd) {
  const auto one = part();
  EngineHandle engine = one->use("a", 10);
  EngineHandle shared = engine.share();
  engine.close({});
  EXPECT_EQ(report(*one, "a").references, 1u);
  const auto unload = one->ask(DemandKind::kUnload, "a");
  EXPECT_FALSE(unload->there());
  shared.close({});
  EXPECT_EQ(unload->take().outcome, Outcome::kUnloaded);
  wait_until_models(0);
  EXPECT_EQ((*one)->totals().booked, 0u);
}

TEST_F(ResidencyTest, EvictsTheLeastRecentlyUsedModelAndFreesItBeforeTheLoad) {
  const auto one = part(100);
  one->use("a", 40).close({});
  one->use("b", 40).close({});
  one->use("a", 40).close({});
  const EngineHandle c = one->use("c", 40);
  EXPECT_EQ(report(*one, "b").state, ModelState::kUnloaded);
  EXPECT_EQ(report(*one, "b").evictions, 1u);
  EXPECT_EQ(report(*one, "a").state, ModelState::kResident);
  EXPECT_EQ(script_->live_models(), 2u);
}

TEST_F(ResidencyTest, BooksWhatAModelWasMeasuredToTake) {
  const auto one = part();
  one->use("a", 30, 20);
  EXPECT_EQ(report(*one, "a").bytes, 30u);
  one->use("c", 10);
  EngineHandle b = one->use("b", 30, 20);
  MemoryOwner& account = *b->options().memory;
  ASSERT_TRUE(account.try_add(MemoryUse::kActivations, 40));
  account.subtract(MemoryUse::kActivations, 40);
  ASSERT_TRUE(account.try_add(MemoryUse::kStaging, 5));
  b = {};
  EXPECT_EQ(report(*one, "b").bytes, 65u);  // 20 of weights, 40, 5
  account.subtract(MemoryUse::kStaging, 5);
  wait_until_models(2);  // "a" had to go: 30 + 10 + 65
  EXPECT_EQ(report(*one, "a").evictions, 1u);
  EXPECT_EQ(report(*one, "c").bytes, 10u);
}

TEST_F(ResidencyTest, DoesNotMeasureWhereTheBytesAreGiven) {
  const auto one = part();
  EngineHandle engine = one->use("a", 30);
  const std::shared_ptr<MemoryOwner> account = engine->options().memory;
  ASSERT_TRUE(account->try_add(MemoryUse::kActivations, 40));
  account->subtract(MemoryUse::kActivations, 40);
  engine = {};
  EXPECT_EQ(report(*one, "a").bytes, 30u);
}

TEST_F(ResidencyTest, WhatTakesMoreThanTheBudgetStaysUsableAlone) {
  const auto one = part();
  one->use("b", 10);
  EngineHandle engine = one->use("a", 30, 20);
  const std::shared_ptr<MemoryOwner> account = engine->options().memory;
  ASSERT_TRUE(account->try_add(MemoryUse::kActivations, 400));
  account->subtract(MemoryUse::kActivations, 400);
  engine = {};
  EXPECT_EQ(report(*one, "a").bytes, 100u);
  wait_until_models(1);
  one->use("b", 10);
  wait_until_models(1);
  EXPECT_TRUE(one->use("a", 30, 20));
}

TEST_F(ResidencyTest, WaitsForModelsInUseAndNeverEvictsThem) {
  const auto one = part(100);
  EngineHandle a = one->use("a", 60);
  EXPECT_EQ(one->ask(DemandKind::kUse, "b")->take().outcome, Outcome::kElected);
  const auto room = one->ask(DemandKind::kReserve, "b", 60);
  EXPECT_FALSE(room->there());
  a.close({});
  EXPECT_EQ(room->take().outcome, Outcome::kRoom);
  EXPECT_EQ(script_->live_models(), 0u);
  (*one)->abandon(one->member(), "b");
}

TEST_F(ResidencyTest, RefusesWhatPinnedModelsLeaveNoRoomFor) {
  const auto one = part(100);
  one->use("a", 60).close({});
  (*one)->pin("a", true);
  EXPECT_FALSE(one->use("b", 60));
  EXPECT_EQ(report(*one, "b").state, ModelState::kFailed);
  EXPECT_EQ((*one)->totals().booked, 60u);
  (*one)->pin("a", false);
  EXPECT_TRUE(one->use("b", 60));
}

TEST_F(ResidencyTest, WhenTheElectedThreadEndsTheNextOneLoads) {
  auto first = part();
  const auto second = part();
  EXPECT_EQ(first->ask(DemandKind::kUse, "a")->take().outcome, Outcome::kElected);
  EXPECT_EQ(first->ask(DemandKind::kReserve, "a", 10)->take().outcome, Outcome::kRoom);
  const auto other = second->ask(DemandKind::kUse, "a");
  first->leave();
  EXPECT_EQ(other->take().outcome, Outcome::kElected);
  EXPECT_EQ((*second)->totals().booked, 0u);
  (*second)->abandon(second->member(), "a");
}

TEST_F(ResidencyTest, AFailureReachesAllThatWaitAndIsForgottenByTheNextDemand) {
  const auto one = part();
  EXPECT_EQ(one->ask(DemandKind::kUse, "a")->take().outcome, Outcome::kElected);
  const auto other = one->ask(DemandKind::kLoad, "a");
  (*one)->fail(one->member(), "a", Error(Code::kModelInvalid, "broken"));
  const DemandResult result = other->take();
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.error->message(), "broken");
  EXPECT_EQ(report(*one, "a").error->message(), "broken");
  EXPECT_TRUE(one->use("a", 10));
  EXPECT_FALSE(report(*one, "a").error.has_value());
}

TEST_F(ResidencyTest, TheLastToLeaveUnloadsEverythingAndHearsOfTheEnd) {
  auto first = part();
  auto second = part();
  first->use("a", 10).close({});
  EngineHandle b = second->use("b", 10);
  std::atomic<int> done = 0;
  (*first)->leave(first->member(), [&] { ++done; });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(script_->live_models(), 2u);
  (*second)->leave(second->member(), [&] { ++done; });
  wait_until_models(1);
  EXPECT_EQ(done, 1);
  b.close({});
  wait_until("the end to be told", [&] { return done == 2; });
  EXPECT_EQ(script_->live_models(), 0u);
}

TEST_F(ResidencyTest, RefusesAnotherBudgetOrAnotherModelForAName) {
  const auto one = part(100);
  EXPECT_THROW(Residency::join(name_, 99), Error);
  EXPECT_THROW((*one)->add(one->member(), "a", "something else"), Error);
  EXPECT_THROW(one->ask(DemandKind::kUse, "unknown"), Error);
}

TEST_F(ResidencyTest, ThreadsThatUseLoadUnloadAndEndAtRandomLeaveNothingBehind) {
  constexpr int kThreads = 6;
  const auto witness = part(100);  // so that the models outlive the others
  std::vector<std::thread> threads;
  std::atomic<size_t> used = 0;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937_64 random(static_cast<uint64_t>(i));
      std::unique_ptr<Part> mine = part(100);
      for (int round = 0; round < 400; ++round) {
        const std::string model(1, static_cast<char>('a' + random() % 3));
        switch (random() % 8) {
          case 0:
            mine->ask(DemandKind::kUnload, model);
            break;
          case 1: {
            // Is elected, if at all, and ends in the middle of it.
            mine->ask(DemandKind::kUse, model);
            mine = part(100);
            break;
          }
          default: {
            const EngineHandle engine = mine->use(model, 40);
            if (!engine) break;
            engine->run_blocking(*testing::make_request(nullptr, 1));
            ++used;
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(used, 500u);
  for (const char* model : {"a", "b", "c"}) {
    EXPECT_NE(witness->ask(DemandKind::kUnload, model)->take().outcome, Outcome::kSuperseded);
  }
  wait_until_models(0);
  EXPECT_EQ((*witness)->totals().booked, 0u);
}

}  // namespace
}  // namespace ntrt
