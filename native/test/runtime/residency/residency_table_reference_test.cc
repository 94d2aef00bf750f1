// The table does, event for event, what a slow and simple model of it says. That the comparison would notice is shown
// with models that each break one rule.

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "test/support/reference_residency.h"

namespace ntrt {
namespace {

using testing::ReferenceResidency;
using testing::ResidencyMistake;

/// Both, and the events that happen to both: members that load what they are elected for, use, unload, pin, turn away
/// and leave.
class Pair {
 public:
  Pair(uint64_t seed, ResidencyMistake mistake)
      : random_(seed), budget_(20 + below(60)), table_(budget_), model_(budget_, mistake) {
    for (const char* name : {"a", "b", "c", "d"}) table_.add(name);
  }

  std::optional<std::string> step() {
    const size_t what = below(100);
    const std::string name(1, static_cast<char>('a' + below(4)));
    if (what < 40) {
      demand(name, static_cast<DemandKind>(below(3)));
    } else if (what < 60) {
      load();
    } else if (what < 80) {
      if (below(4) == 0) measure(name);
      release(name);
    } else if (what < 90) {
      close();
    } else if (what < 94) {
      const bool pinned = below(3) == 0;
      table_.pin(*table_.find(name), pinned);
      model_.pin(name, pinned);
    } else if (what < 97) {
      cancel();
    } else {
      leave(below(kMembers));
    }
    return compare();
  }

  size_t settled(Outcome outcome) const { return counts_[static_cast<size_t>(outcome)]; }

 private:
  static constexpr uint64_t kMembers = 3;

  size_t below(size_t limit) { return random_() % limit; }

  Demands make(const ReferenceResidency::Waiting& one) {
    Demands made(1);
    Demand& demand = made.front();
    demand.kind = one.kind;
    demand.member = one.member;
    demand.id = one.id;
    demand.model = table_.find(one.model);
    demand.bytes = one.bytes;
    return made;
  }

  void demand(const std::string& name, DemandKind kind) {
    const ReferenceResidency::Waiting one{next_id_++, below(kMembers), kind, name, 0};
    table_.demand(make(one));
    model_.demand(one);
  }

  /// One of the models that somebody was elected for goes a step further.
  void load() {
    if (elected_.empty()) return;
    const auto place = std::next(elected_.begin(), static_cast<ptrdiff_t>(below(elected_.size())));
    const auto [name, phase] = *place;
    ModelEntry& entry = *table_.find(name);
    if (phase == Phase::kElected && below(8) > 0) {
      const ReferenceResidency::Waiting one{next_id_++, entry.loader, DemandKind::kReserve, name, 1 + below(40)};
      elected_[name] = Phase::kWaits;
      reservations_[one.id] = name;
      table_.reserve(make(one));
      model_.reserve(one);
    } else if (phase == Phase::kElected || (phase == Phase::kRoom && below(8) == 0)) {
      elected_.erase(place);
      if (below(2) == 0) {
        table_.abandon(entry);
        model_.abandon(name);
      } else {
        table_.fail(entry);
        model_.fail(name);
      }
    } else if (phase == Phase::kRoom) {
      elected_.erase(place);
      // Now and then it takes more than was thought, or less.
      const uint64_t bytes = below(4) == 0 ? 1 : entry.bytes + below(4) / 3;
      std::optional<ReferenceResidency::Waiting> own;
      if (below(4) > 0) own = ReferenceResidency::Waiting{next_id_++, entry.loader, DemandKind::kUse, name, 0};
      table_.finish(entry, bytes, own ? make(*own) : Demands());
      model_.finish(name, bytes, own);
    }
  }

  void release(const std::string& name) {
    if (table_.find(name)->references == 0) return;
    table_.release(*table_.find(name));
    model_.release(name);
  }

  /// While it is used; also of one that is not there.
  void measure(const std::string& name) {
    const uint64_t bytes = below(50) + below(2) * below(60);
    was_measured_ = true;
    table_.measure(*table_.find(name), bytes);
    model_.measure(name, bytes);
  }

  void close() {
    if (closing_.empty()) return;
    const std::string name = *std::next(closing_.begin(), static_cast<ptrdiff_t>(below(closing_.size())));
    closing_.erase(name);
    table_.closed(*table_.find(name));
    model_.closed(name);
  }

  void cancel() {
    const auto waiting = model_.waiting();
    if (waiting.empty()) return;
    const auto& one = waiting[below(waiting.size())];
    if (one.kind == DemandKind::kReserve) {
      // Whoever gives up its place gives up the load.
      elected_.erase(one.model);
      table_.cancel(*table_.find(one.model), one.member, one.id);
      model_.cancel(one.id);
      table_.abandon(*table_.find(one.model));
      model_.abandon(one.model);
    } else {
      table_.cancel(*table_.find(one.model), one.member, one.id);
      model_.cancel(one.id);
    }
  }

  void leave(uint64_t member) {
    std::erase_if(elected_, [&](const auto& one) { return table_.find(one.first)->loader == member; });
    table_.leave(member);
    model_.leave(member);
  }

  std::optional<std::string> compare() {
    std::multiset<ReferenceResidency::Settled> real;
    for (const Demand& one : table_.take_settled()) {
      real.emplace(one.id, one.outcome);
      ++counts_[static_cast<size_t>(one.outcome)];
      if (one.outcome == Outcome::kElected) elected_[one.model->name] = Phase::kElected;
      if (one.outcome == Outcome::kRoom) elected_[one.model->name] = Phase::kRoom;
      if (one.outcome == Outcome::kRefused) elected_[one.model->name] = Phase::kElected;
    }
    const auto expected = model_.take_settled();
    if (real != std::multiset<ReferenceResidency::Settled>(expected.begin(), expected.end()))
      return "settled otherwise";
    std::set<std::string> closing;
    while (const ModelEntry* entry = table_.next_closing()) closing.insert(entry->name);
    const auto expected_closing = model_.take_closing();
    if (closing != std::set<std::string>(expected_closing.begin(), expected_closing.end())) return "closes otherwise";
    closing_.insert(closing.begin(), closing.end());
    for (const auto& [name, entry] : table_.models()) {
      const ReferenceResidency::Model& other = model_.models()[name];
      if (entry.state != other.state) return name + ": another state";
      if (entry.bytes != other.bytes) return name + ": other bytes";
      if (entry.references != other.references) return name + ": other references";
    }
    return invariants();
  }

  std::optional<std::string> invariants() const {
    const ResidencyTotals totals = table_.totals();
    uint64_t idle = 0;
    for (const auto& [name, entry] : table_.models()) {
      if (entry.state == ModelState::kResident && entry.references == 0 && !entry.pinned) idle += entry.bytes;
    }
    // Pinned models and those in use may turn out larger than they were thought; idle ones go for it.
    if (totals.booked - totals.unloading > budget_ + 4 && idle > 0) return "over the budget, with idle models";
    if (totals.booked > budget_ + 4 && !was_measured_) return "over the budget";
    for (const auto& [name, entry] : table_.models()) {
      const bool there = entry.state == ModelState::kResident;
      if (entry.references > 0 && !there) return name + ": used without being there";
      if (!entry.waiting.empty() && there) return name + ": somebody waits for what is there";
      if (entry.state == ModelState::kUnloaded &&
          (entry.bytes > 0 || !entry.waiting.empty() || !entry.unloads.empty())) {
        return name + ": something is left";
      }
    }
    return std::nullopt;
  }

  enum class Phase : uint8_t { kElected, kWaits, kRoom };

  std::mt19937_64 random_;
  const uint64_t budget_;
  ResidencyTable table_;
  ReferenceResidency model_;
  std::map<std::string, Phase> elected_;
  std::map<uint64_t, std::string> reservations_;
  std::set<std::string> closing_;
  std::array<size_t, 7> counts_{};
  uint64_t next_id_ = 1;
  bool was_measured_ = false;
};

std::optional<std::string> first_difference(ResidencyMistake mistake, std::array<size_t, 7>* counts = nullptr) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Pair pair(seed, mistake);
    for (size_t step = 0; step < 1000; ++step) {
      if (auto difference = pair.step()) {
        return "seed " + std::to_string(seed) + ", step " + std::to_string(step) + ": " + *difference;
      }
    }
    for (size_t i = 0; counts != nullptr && i < counts->size(); ++i)
      (*counts)[i] += pair.settled(static_cast<Outcome>(i));
  }
  return std::nullopt;
}

TEST(ResidencyTableReference, DoesWhatTheSlowModelSays) {
  std::array<size_t, 7> counts{};
  EXPECT_EQ(first_difference(ResidencyMistake::kNone, &counts), std::nullopt);
  for (size_t i = 0; i < counts.size(); ++i) EXPECT_GT(counts[i], 100u) << "outcome " << i;
}

class ResidencyTableMistake : public ::testing::TestWithParam<ResidencyMistake> {};

TEST_P(ResidencyTableMistake, IsNoticed) { EXPECT_NE(first_difference(GetParam()), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(
    All, ResidencyTableMistake,
    ::testing::Values(ResidencyMistake::kEvictsNewest, ResidencyMistake::kEvictsPinned, ResidencyMistake::kEvictsInUse,
                      ResidencyMistake::kKeepsFailedBytes, ResidencyMistake::kFirstRequestWins,
                      ResidencyMistake::kElectsNobodyAfterLeave, ResidencyMistake::kRefusesWhatCouldWait,
                      ResidencyMistake::kForgetsWhatWasMeasured, ResidencyMistake::kKeepsWhatNoLongerFits));

}  // namespace
}  // namespace ntrt
