#pragma once
// A slow model of ResidencyTable: it says what every event must settle, looked up anew in plain lists each time. With a
// Mistake it breaks one rule, which the comparison must notice.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/residency/residency_table.h"

namespace ntrt::testing {

enum class ResidencyMistake : uint8_t {
  kNone,
  kEvictsNewest,
  kEvictsPinned,
  kEvictsInUse,
  kKeepsFailedBytes,
  kFirstRequestWins,
  kElectsNobodyAfterLeave,
  kRefusesWhatCouldWait,
  kForgetsWhatWasMeasured,
  kKeepsWhatNoLongerFits,
};

class ReferenceResidency {
 public:
  using Settled = std::tuple<uint64_t, Outcome>;  // id of the demand

  struct Waiting {
    uint64_t id;
    uint64_t member;
    DemandKind kind;
    std::string model;
    uint64_t bytes;
  };
  struct Model {
    ModelState state = ModelState::kUnloaded;
    uint64_t bytes = 0;
    uint64_t measured = 0;
    size_t references = 0;
    bool pinned = false;
    bool unload_wanted = false;
    uint64_t used = 0;
    uint64_t loader = 0;
  };

  ReferenceResidency(uint64_t budget, ResidencyMistake mistake) : budget_(budget), mistake_(mistake) {}

  std::map<std::string, Model>& models() { return models_; }
  std::vector<Settled> take_settled() { return std::exchange(settled_, {}); }
  std::vector<std::string> take_closing() { return std::exchange(closing_, {}); }
  std::vector<Waiting> waiting() const { return waiting_; }

  void demand(const Waiting& one) {
    Model& model = models_[one.model];
    if (one.kind == DemandKind::kUnload) {
      model.unload_wanted = true;
      for (const Waiting& other : of(one.model)) {
        if (other.kind == DemandKind::kLoad) settle(other.id, Outcome::kSuperseded);
      }
      waiting_.push_back(one);
      if (is_absent(model)) {
        model.unload_wanted = false;
        settle_unloads(one.model, Outcome::kUnloaded);
      }
      unload_if_idle(one.model);
      return;
    }
    if (mistake_ != ResidencyMistake::kFirstRequestWins) model.unload_wanted = false;
    bool demand_before = model.state != ModelState::kUnloading;
    for (const Waiting& other : of(one.model)) {
      if (other.kind != DemandKind::kUnload) demand_before = true;
      if (other.kind == DemandKind::kUnload && demand_before) settle(other.id, Outcome::kSuperseded);
    }
    waiting_.push_back(one);
    if (model.state == ModelState::kResident) grant(one.id);
    if (is_absent(model)) elect(one.model);
  }

  void reserve(Waiting one) {
    if (mistake_ != ResidencyMistake::kForgetsWhatWasMeasured)
      one.bytes = std::max(one.bytes, models_[one.model].measured);
    waiting_.push_back(one);
    try_room(one);
  }

  void finish(const std::string& name, uint64_t bytes, const std::optional<Waiting>& own) {
    Model& model = models_[name];
    model.state = ModelState::kResident;
    model.bytes = mistake_ == ResidencyMistake::kForgetsWhatWasMeasured ? bytes : std::max(bytes, model.measured);
    model.used = ++time_;
    if (own) {
      waiting_.insert(waiting_.begin(), *own);
      grant(own->id);
    }
    for (const Waiting& one : of(name)) {
      if (one.kind != DemandKind::kUnload) grant(one.id);
    }
    unload_if_idle(name);
    try_rooms();
  }

  void fail(const std::string& name) {
    Model& model = models_[name];
    model.state = ModelState::kFailed;
    if (mistake_ != ResidencyMistake::kKeepsFailedBytes) model.bytes = 0;
    model.unload_wanted = false;
    for (const Waiting& one : of(name)) {
      if (one.kind != DemandKind::kUnload) settle(one.id, Outcome::kFailed);
    }
    settle_unloads(name, Outcome::kUnloaded);
    try_rooms();
  }

  void abandon(const std::string& name) {
    Model& model = models_[name];
    model.state = ModelState::kUnloaded;
    model.bytes = 0;
    if (!elect(name)) {
      model.unload_wanted = false;
      settle_unloads(name, Outcome::kUnloaded);
    }
    try_rooms();
  }

  void release(const std::string& name) {
    models_[name].used = ++time_;
    if (--models_[name].references > 0) return;
    unload_if_idle(name);
    evict(budget_);
    try_rooms();
  }

  void measure(const std::string& name, uint64_t bytes) {
    Model& model = models_[name];
    model.measured = std::max(model.measured, std::min(bytes, budget_));
    if (model.state != ModelState::kResident || model.measured <= model.bytes) return;
    model.bytes = model.measured;
    if (mistake_ != ResidencyMistake::kKeepsWhatNoLongerFits) evict(budget_);
  }

  void closed(const std::string& name) {
    Model& model = models_[name];
    model.state = ModelState::kUnloaded;
    model.bytes = 0;
    for (const Waiting& one : of(name)) {
      if (one.kind != DemandKind::kUnload) break;
      settle(one.id, Outcome::kUnloaded);
    }
    if (!elect(name)) model.unload_wanted = false;
    try_rooms();
  }

  void pin(const std::string& name, bool pinned) {
    models_[name].pinned = pinned;
    try_rooms();
  }

  void cancel(uint64_t id) {
    std::erase_if(waiting_, [&](const Waiting& one) { return one.id == id; });
  }

  void leave(uint64_t member) {
    std::erase_if(waiting_, [&](const Waiting& one) { return one.member == member; });
    for (auto& [name, model] : models_) {
      if (model.state != ModelState::kLoading || model.loader != member) continue;
      if (mistake_ == ResidencyMistake::kElectsNobodyAfterLeave) {
        model.state = ModelState::kUnloaded;
        model.bytes = 0;
        try_rooms();
      } else {
        abandon(name);
      }
    }
  }

 private:
  static bool is_absent(const Model& model) {
    return model.state == ModelState::kUnloaded || model.state == ModelState::kFailed;
  }

  /// What waits for the model, in the order of arrival, without reservations.
  std::vector<Waiting> of(const std::string& name) const {
    std::vector<Waiting> found;
    for (const Waiting& one : waiting_) {
      if (one.model == name && one.kind != DemandKind::kReserve) found.push_back(one);
    }
    return found;
  }

  void settle(uint64_t id, Outcome outcome) {
    settled_.emplace_back(id, outcome);
    cancel(id);
  }

  void settle_unloads(const std::string& name, Outcome outcome) {
    for (const Waiting& one : of(name)) {
      if (one.kind == DemandKind::kUnload) settle(one.id, outcome);
    }
  }

  void grant(uint64_t id) {
    for (const Waiting& one : waiting_) {
      if (one.id != id) continue;
      Model& model = models_[one.model];
      if (one.kind == DemandKind::kUse) ++model.references;
      model.used = ++time_;
    }
    settle(id, Outcome::kGranted);
  }

  bool elect(const std::string& name) {
    for (const Waiting& one : of(name)) {
      if (one.kind == DemandKind::kUnload) continue;
      models_[name].state = ModelState::kLoading;
      models_[name].loader = one.member;
      settle(one.id, Outcome::kElected);
      return true;
    }
    return false;
  }

  void unload_if_idle(const std::string& name) {
    Model& model = models_[name];
    if (model.unload_wanted && model.state == ModelState::kResident && model.references == 0) close(name);
  }

  void close(const std::string& name) {
    models_[name].state = ModelState::kUnloading;
    closing_.push_back(name);
  }

  uint64_t sum(auto&& counts) const {
    uint64_t bytes = 0;
    for (const auto& [name, model] : models_) bytes += counts(model) ? model.bytes : 0;
    return bytes;
  }

  bool may_go(const Model& model) const {
    return model.state == ModelState::kResident &&
           (model.references == 0 || mistake_ == ResidencyMistake::kEvictsInUse) &&
           (!model.pinned || mistake_ == ResidencyMistake::kEvictsPinned);
  }

  void try_room(const Waiting& one) {
    const auto any = [](const Model&) { return true; };
    const auto pinned = [](const Model& m) { return m.pinned && m.state == ModelState::kResident; };
    if (sum(any) + one.bytes <= budget_) {
      models_[one.model].bytes = one.bytes;
      return settle(one.id, Outcome::kRoom);
    }
    if (sum(pinned) + one.bytes > budget_) return settle(one.id, Outcome::kRefused);
    if (sum(stays) - sum([&](const Model& m) { return may_go(m); }) + one.bytes > budget_) {
      if (mistake_ == ResidencyMistake::kRefusesWhatCouldWait) settle(one.id, Outcome::kRefused);
      return;
    }
    evict(budget_ - one.bytes);
  }

  static bool stays(const Model& model) { return model.state != ModelState::kUnloading; }

  void evict(uint64_t limit) {
    while (sum(stays) > limit) {
      std::string victim;
      for (const auto& [name, model] : models_) {
        if (!may_go(model)) continue;
        const bool newest = mistake_ == ResidencyMistake::kEvictsNewest;
        if (victim.empty() || (newest ? model.used > models_[victim].used : model.used < models_[victim].used)) {
          victim = name;
        }
      }
      if (victim.empty()) return;
      close(victim);
    }
  }

  void try_rooms() {
    const std::vector<Waiting> all = waiting_;
    for (const Waiting& one : all) {
      if (one.kind == DemandKind::kReserve) try_room(one);
    }
  }

  const uint64_t budget_;
  const ResidencyMistake mistake_;
  std::map<std::string, Model> models_;
  std::vector<Waiting> waiting_;
  std::vector<Settled> settled_;
  std::vector<std::string> closing_;
  uint64_t time_ = 0;
};

}  // namespace ntrt::testing
