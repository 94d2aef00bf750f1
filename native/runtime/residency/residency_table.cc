#include "runtime/residency/residency_table.h"

#include <algorithm>
#include <utility>

namespace ntrt {
namespace {

bool holds_memory(const ModelEntry& model) noexcept {
  return model.state == ModelState::kResident || model.state == ModelState::kUnloading;
}

bool may_be_evicted(const ModelEntry& model) noexcept {
  return model.state == ModelState::kResident && model.references == 0 && !model.pinned;
}

}  // namespace

ModelEntry& ResidencyTable::add(std::string_view name) {
  // With its name from the start: one without would stay if there were no memory for that.
  ModelEntry model;
  model.name = name;
  const auto place = models_.try_emplace(model.name, std::move(model)).first;
  ++place->second.registrations;
  return place->second;
}

ModelEntry* ResidencyTable::find(std::string_view name) noexcept {
  const auto found = models_.find(name);
  return found == models_.end() ? nullptr : &found->second;
}

void ResidencyTable::remove(ModelEntry& model) noexcept {
  if (--model.registrations > 0) return;
  model.pinned = false;
  model.unload_wanted = true;
  unload_if_idle(model);
  try_rooms();
  forget_if_gone(model);
}

void ResidencyTable::demand(Demands one) noexcept {
  Demand& demand = one.front();
  ModelEntry& model = *demand.model;
  demand.order = next_order_++;
  if (demand.kind == DemandKind::kUnload) {
    model.unload_wanted = true;
    for (auto at = model.waiting.begin(); at != model.waiting.end();) {
      const auto here = at++;
      if (here->kind == DemandKind::kLoad) settle(model.waiting, here, Outcome::kSuperseded);
    }
    model.unloads.splice(model.unloads.end(), one);
    if (!holds_memory(model) && model.state != ModelState::kLoading) {
      model.unload_wanted = false;
      settle_all(model.unloads, Outcome::kUnloaded);
    }
    unload_if_idle(model);
    return;
  }
  model.unload_wanted = false;
  // One whose model is being closed for it is answered by that; those that came after a demand that waits are not.
  const bool closing = model.state == ModelState::kUnloading;
  const uint64_t first = !closing ? 0 : model.waiting.empty() ? UINT64_MAX : model.waiting.front().order;
  for (auto at = model.unloads.begin(); at != model.unloads.end();) {
    const auto here = at++;
    if (here->order > first) settle(model.unloads, here, Outcome::kSuperseded);
  }
  model.waiting.splice(model.waiting.end(), one);
  if (model.state == ModelState::kResident) grant(model.waiting, std::prev(model.waiting.end()));
  if (!holds_memory(model) && model.state != ModelState::kLoading) elect(model);
}

void ResidencyTable::reserve(Demands one) noexcept {
  one.front().order = next_order_++;
  one.front().bytes = std::max(one.front().bytes, one.front().model->measured);
  rooms_.splice(rooms_.end(), one);
  try_room(std::prev(rooms_.end()));
}

void ResidencyTable::finish(ModelEntry& model, uint64_t bytes, Demands own) noexcept {
  model.state = ModelState::kResident;
  model.bytes = std::max(bytes, model.measured);
  model.last_used = next_order_++;
  ++model.loads;
  while (!own.empty()) grant(own, own.begin());
  while (!model.waiting.empty()) grant(model.waiting, model.waiting.begin());
  unload_if_idle(model);
  try_rooms();
}

void ResidencyTable::fail(ModelEntry& model) noexcept {
  model.state = ModelState::kFailed;
  model.bytes = 0;
  model.unload_wanted = false;
  settle_all(model.waiting, Outcome::kFailed);
  settle_all(model.unloads, Outcome::kUnloaded);
  try_rooms();
  forget_if_gone(model);
}

void ResidencyTable::abandon(ModelEntry& model) noexcept {
  model.state = ModelState::kUnloaded;
  model.bytes = 0;
  if (model.waiting.empty()) {
    model.unload_wanted = false;
    settle_all(model.unloads, Outcome::kUnloaded);
  } else {
    elect(model);
  }
  try_rooms();
  forget_if_gone(model);
}

void ResidencyTable::release(ModelEntry& model) noexcept {
  model.last_used = next_order_++;
  if (--model.references > 0) return;
  unload_if_idle(model);
  evict(budget_);
  try_rooms();
}

void ResidencyTable::measure(ModelEntry& model, uint64_t bytes) noexcept {
  bytes = std::min(bytes, budget_);
  if (bytes <= model.measured) return;
  model.measured = bytes;
  if (model.state != ModelState::kResident || model.bytes >= bytes) return;
  model.bytes = bytes;
  evict(budget_);
}

void ResidencyTable::closed(ModelEntry& model) noexcept {
  model.state = ModelState::kUnloaded;
  model.bytes = 0;
  // Unloads that came after a demand which waits are for the load that it causes.
  const uint64_t first = model.waiting.empty() ? UINT64_MAX : model.waiting.front().order;
  for (auto at = model.unloads.begin(); at != model.unloads.end();) {
    const auto here = at++;
    if (here->order < first) settle(model.unloads, here, Outcome::kUnloaded);
  }
  if (model.waiting.empty()) {
    model.unload_wanted = false;
  } else {
    elect(model);
  }
  try_rooms();
  forget_if_gone(model);
}

void ResidencyTable::pin(ModelEntry& model, bool pinned) noexcept {
  model.pinned = pinned;
  try_rooms();
}

bool ResidencyTable::cancel(ModelEntry& model, uint64_t member, uint64_t id) noexcept {
  const auto is_it = [&](const Demand& one) { return one.member == member && one.id == id; };
  return std::erase_if(model.waiting, is_it) + std::erase_if(model.unloads, is_it) + std::erase_if(rooms_, is_it) > 0;
}

void ResidencyTable::leave(uint64_t member) noexcept {
  const auto is_its = [&](const Demand& one) { return one.member == member; };
  std::erase_if(rooms_, is_its);
  for (auto at = models_.begin(); at != models_.end();) {
    ModelEntry& model = (at++)->second;  // which may be forgotten
    std::erase_if(model.waiting, is_its);
    std::erase_if(model.unloads, is_its);
    if (model.state == ModelState::kLoading && model.loader == member) abandon(model);
  }
}

void ResidencyTable::unload_all() noexcept {
  for (auto& [name, model] : models_) {
    model.unload_wanted = true;
    unload_if_idle(model);
  }
}

ModelEntry* ResidencyTable::next_closing() noexcept {
  for (auto& [name, model] : models_) {
    if (std::exchange(model.to_close, false)) return &model;
  }
  return nullptr;
}

ResidencyTotals ResidencyTable::totals() const noexcept {
  ResidencyTotals totals;
  totals.budget = budget_;
  for (const auto& [name, model] : models_) {
    totals.booked += model.bytes;
    if (model.state == ModelState::kLoading) totals.loading += model.bytes;
    if (model.state == ModelState::kUnloading) totals.unloading += model.bytes;
    if (model.state != ModelState::kResident) continue;
    if (model.pinned) {
      totals.pinned += model.bytes;
    } else if (model.references > 0) {
      totals.in_use += model.bytes;
    }
  }
  return totals;
}

bool ResidencyTable::all_gone() const noexcept {
  return std::ranges::all_of(
      models_, [](const auto& one) { return !holds_memory(one.second) && one.second.state != ModelState::kLoading; });
}

void ResidencyTable::settle(Demands& from, Demands::iterator which, Outcome outcome) noexcept {
  which->outcome = outcome;
  settled_.splice(settled_.end(), from, which);
}

void ResidencyTable::settle_all(Demands& from, Outcome outcome) noexcept {
  while (!from.empty()) settle(from, from.begin(), outcome);
}

void ResidencyTable::grant(Demands& from, Demands::iterator which) noexcept {
  ModelEntry& model = *which->model;
  if (which->kind == DemandKind::kUse) ++model.references;
  model.last_used = next_order_++;
  settle(from, which, Outcome::kGranted);
}

void ResidencyTable::elect(ModelEntry& model) noexcept {
  model.state = ModelState::kLoading;
  model.loader = model.waiting.front().member;
  settle(model.waiting, model.waiting.begin(), Outcome::kElected);
}

void ResidencyTable::unload_if_idle(ModelEntry& model) noexcept {
  if (model.unload_wanted && model.state == ModelState::kResident && model.references == 0) begin_unload(model);
}

void ResidencyTable::begin_unload(ModelEntry& model) noexcept {
  model.state = ModelState::kUnloading;
  model.to_close = true;
}

/// Settles the reservation, or sees to it that closed() or release() leads here again. Returns whether it is settled.
bool ResidencyTable::try_room(Demands::iterator which) noexcept {
  const uint64_t needed = which->bytes;
  const ResidencyTotals now = totals();
  if (needed <= budget_ && now.booked <= budget_ - needed) {
    which->model->bytes = needed;
    settle(rooms_, which, Outcome::kRoom);
    return true;
  }
  if (needed > budget_ || now.pinned > budget_ - needed) {
    settle(rooms_, which, Outcome::kRefused);
    return true;
  }
  uint64_t idle = 0;
  for (const auto& [name, model] : models_) idle += may_be_evicted(model) ? model.bytes : 0;
  const uint64_t staying = now.booked - now.unloading;
  if (staying - idle > budget_ - needed) return false;  // others have to be released first
  evict(budget_ - needed);
  return false;
}

/// The least recently used idle models go until no more than `limit` stays, or no idle one is left.
void ResidencyTable::evict(uint64_t limit) noexcept {
  const ResidencyTotals now = totals();
  uint64_t staying = now.booked - now.unloading;
  while (staying > limit) {
    ModelEntry* const model = least_recently_used();
    if (model == nullptr) return;
    staying -= model->bytes;
    ++model->evictions;
    begin_unload(*model);
  }
}

void ResidencyTable::try_rooms() noexcept {
  for (auto at = rooms_.begin(); at != rooms_.end();) try_room(at++);
}

ModelEntry* ResidencyTable::least_recently_used() noexcept {
  ModelEntry* found = nullptr;
  for (auto& [name, model] : models_) {
    if (may_be_evicted(model) && (found == nullptr || model.last_used < found->last_used)) found = &model;
  }
  return found;
}

void ResidencyTable::forget_if_gone(ModelEntry& model) noexcept {
  const bool gone = !holds_memory(model) && model.state != ModelState::kLoading;
  if (gone && model.registrations == 0 && model.waiting.empty() && model.unloads.empty()) {
    models_.erase(models_.find(model.name));
  }
}

}  // namespace ntrt
