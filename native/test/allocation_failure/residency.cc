// Every allocation of ours fails in turn while models are used under a budget that holds one of them: see loop.h.

#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <string>

#include "runtime/residency/residency.h"
#include "test/allocation_failure/engine_fixture.h"

namespace ntrt {
namespace {

using testing::AllocationFailure;
using testing::fail_each_allocation;
using testing::failure_of;
using testing::view_of;

constexpr uint64_t kBytes = 60;  // of each model
constexpr uint64_t kBudget = 100;

/// How a demand ended.
struct Answer {
  testing::Event there;
  DemandResult result;
};

class Listener final : public DemandListener {
 public:
  explicit Listener(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  void settled(DemandResult result) noexcept override {
    answer_->result = std::move(result);
    answer_->there.set();
  }

 private:
  const std::shared_ptr<Answer> answer_;
};

/// Does what a JavaScript thread does with two models, also when something fails.
class Cache {
 public:
  Cache() { get_ready(); }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  ~Cache() { leave(); }

  /// Makes the loads, which serve once.
  void get_ready() {
    for (auto& load : loads_) {
      load = std::make_unique<testing::Load>(testing::load_request(testing::arithmetic_model()));
    }
  }
  /// Uses both, one after the other, for which the first has to go.
  void use_both() {
    if (!residency_) {
      auto [residency, member] = Residency::join(name_, kBudget);
      residency_ = std::move(residency);
      member_ = member;
    }
    for (; num_added_ < names_.size(); ++num_added_) residency_->add(member_, names_[num_added_], "what it is");
    for (size_t i = 0; i < names_.size(); ++i) use(i);
  }
  std::vector<ModelReport> report() const { return residency_->report(); }

  /// The models go, and nobody else is there.
  void leave() {
    if (!residency_) return;
    const auto gone = std::make_shared<testing::Event>();
    residency_->leave(member_, [gone] { gone->set(); });
    gone->wait("all models to go");
    residency_.reset();
  }
  const std::string& name() const { return name_; }

 private:
  DemandResult ask(DemandKind kind, size_t which, uint64_t bytes = 0) {
    const auto answer = std::make_shared<Answer>();
    auto now = residency_->demand(kind, member_, ++last_id_, names_[which], bytes, std::make_unique<Listener>(answer));
    if (now) return std::move(*now);
    answer->there.wait("a demand to be settled");
    return std::move(answer->result);
  }
  void use(size_t which) {
    DemandResult used = ask(DemandKind::kUse, which);
    if (used.outcome == Outcome::kElected) used = load(which);
    std::vector<float> a = {1, 2};
    Request request;
    request.inputs = {view_of(a), view_of(a)};
    request.outputs.resize(1);
    used.engine->run_blocking(request);
    if (testing::values_of(request.outputs[0].view)[1] != 4) throw Error(Code::kInternal, "a wrong answer");
  }
  DemandResult load(size_t which) {
    try {
      if (ask(DemandKind::kReserve, which, kBytes).outcome != Outcome::kRoom) throw Error(Code::kInternal, "no room");
      if (const std::optional<Error> error = loads_[which]->act()) throw Error(*error);
      const EngineHandle engine = std::move(loads_[which]->engine());
      return std::move(*residency_->finish(member_, names_[which], engine, {kBytes, {}, "what is said of it", true}));
    } catch (...) {
      residency_->fail(member_, names_[which], Error::current());
      throw;
    }
  }

  const std::string name_ = "a cache of two models of which one has room";
  const std::array<std::string, 2> names_ = {"the first model, with a long name", "the second one, with a long name"};
  std::array<std::unique_ptr<testing::Load>, 2> loads_;
  std::shared_ptr<Residency> residency_;
  uint64_t member_ = 0;
  uint64_t last_id_ = 0;
  size_t num_added_ = 0;
};

TEST_P(AllocationFailure, OfUsesOfTwoModelsOfWhichOneHasRoom) {
  const size_t allocations = fail_each_allocation(
      GetParam(), [] { return std::make_unique<Cache>(); },
      [](const auto& cache) { return failure_of([&] { cache->use_both(); }); },
      [&](const auto& cache, const auto& error) {
        if (!error) {
          EXPECT_EQ(cache->report()[0].evictions, 1U);
          EXPECT_EQ(cache->report()[1].state, ModelState::kResident);
        }
        cache->get_ready();
        cache->use_both();  // with all memory, in the place that the failure left
        EXPECT_EQ(cache->report()[1].references, 0U);
        cache->leave();
        // Who comes then finds nobody, and so may have another budget.
        const auto [other, member] = Residency::join(cache->name(), kBudget + 1);
        other->leave(member, {});
        expect_nothing_kept();
      });
  EXPECT_GT(allocations, 100U) << "two loads have more";
}

// The first to come to a name makes its place, which is nobody's as long as that has not come in.
TEST_P(AllocationFailure, OfJoiningLeavesNoPlaceBehind) {
  const std::string name = "a cache that nobody got into when memory was missing";
  struct Member {
    std::shared_ptr<Residency> residency;
    uint64_t id = 0;
  };
  fail_each_allocation(
      GetParam(), [] { return Member(); },
      [&](Member& member) {
        return failure_of([&] {
          auto [residency, id] = Residency::join(name, kBudget);
          member = {std::move(residency), id};
        });
      },
      [&](Member& member, const auto&) {
        if (member.residency) member.residency->leave(member.id, {});
        const auto [other, id] = Residency::join(name, kBudget + 1);
        other->leave(id, {});
      });
}

}  // namespace
}  // namespace ntrt
