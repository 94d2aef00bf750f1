#include "runtime/residency/residency.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ntrt {
namespace {

/// Names to their members' meeting places. Never destroyed: threads may ask until the very end.
struct Places {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Residency>> by_name;  // those with members; guarded by mutex
};

Places& places() {
  static auto* const kPlaces = new Places();
  return *kPlaces;
}

}  // namespace

/// Ends with the last handle that holds it, wherever that is.
class Residency::Lease {
 public:
  Lease(std::shared_ptr<Residency> owner, ModelEntry& model) : owner_(std::move(owner)), model_(model) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (granted) owner_->release(model_);
  }

  bool granted = false;  // set before anybody else sees it

 private:
  const std::shared_ptr<Residency> owner_;
  ModelEntry& model_;
};

struct Residency::Owner final : DemandOwner {
  std::unique_ptr<DemandListener> listener;
  std::shared_ptr<Lease> lease;  // of kUse
  DemandResult result;
};

Residency::Joined Residency::join(const std::string& name, uint64_t budget) {
  Places& all = places();
  const std::lock_guard places_lock(all.mutex);
  const auto found = all.by_name.find(name);
  const auto place = found != all.by_name.end() ? found->second : std::make_shared<Residency>(name, budget);
  if (place->budget_ != budget) {
    const std::string expected = std::to_string(place->budget_) + ", as other threads have it for this name";
    throw Error(Code::kInvalidArgument,
                "options.budgetBytes: expected " + expected + ", received " + std::to_string(budget),
                {{"option", "options.budgetBytes"}, {"expected", expected}, {"received", static_cast<double>(budget)}});
  }
  const std::lock_guard lock(place->mutex_);
  const uint64_t member = place->next_member_++;
  place->members_.try_emplace(member);
  if (found == all.by_name.end()) all.by_name.emplace(name, place);  // last: with no member it would stay for ever
  return {place, member};
}

void Residency::leave(uint64_t member, std::function<void()> on_done) {
  Places& all = places();
  std::shared_ptr<Residency> self;  // what places() had; dies after the locks
  std::unique_lock places_lock(all.mutex);
  std::unique_lock lock(mutex_);
  const auto found = members_.find(member);
  if (found == members_.end()) return;
  const Member gone = std::move(found->second);
  members_.erase(found);
  table_.leave(member);
  for (const std::string& model : gone.models) remove_locked(model);
  if (members_.empty()) {
    // Who joins from now on has another one, whose models are not among those that this one waits for.
    if (const auto place = all.by_name.find(name_); place != all.by_name.end()) {
      self = std::move(place->second);
      all.by_name.erase(place);
    }
    table_.unload_all();
    on_all_gone_ = std::exchange(on_done, nullptr);
  }
  places_lock.unlock();
  carry_out(lock);
  lock.unlock();
  if (on_done) on_done();
}

void Residency::add(uint64_t member, const std::string& model, const std::string& definition) {
  const std::lock_guard lock(mutex_);
  Member& of = members_.at(member);
  of.models.reserve(of.models.size() + 1);
  if (const ModelEntry* known = table_.find(model); known != nullptr && loaded_.at(known).definition != definition) {
    throw Error(Code::kInvalidArgument,
                "model '" + model +
                    "' of this cache is registered already, in this thread or another, with another model "
                    "or other options",
                {{"option", "name"}, {"expected", "the same model and options in all threads"}, {"received", model}});
  }
  std::string kept_name = model;
  Loaded loaded;
  loaded.definition = definition;
  ModelEntry& entry = table_.add(model);
  try {
    loaded_.try_emplace(&entry, std::move(loaded));
  } catch (...) {
    table_.remove(entry);
    throw;
  }
  of.models.push_back(std::move(kept_name));
}

void Residency::remove(uint64_t member, const std::string& model) {
  std::unique_lock lock(mutex_);
  std::vector<std::string>& models = members_.at(member).models;
  const auto found = std::find(models.begin(), models.end(), model);
  if (found == models.end()) return;
  models.erase(found);
  remove_locked(model);
  carry_out(lock);
}

void Residency::remove_locked(const std::string& model) noexcept {
  ModelEntry* entry = table_.find(model);
  table_.remove(*entry);
  if (table_.find(model) == nullptr) loaded_.erase(entry);
}

ModelEntry& Residency::entry_of(const std::string& model) {
  ModelEntry* entry = table_.find(model);
  if (entry != nullptr) return *entry;
  throw Error(Code::kInvalidArgument, "no model '" + model + "' is registered",
              {{"option", "name"}, {"expected", "the name of a registered model"}, {"received", model}});
}

ModelEntry& Residency::elected(uint64_t member, const std::string& model) {
  ModelEntry& entry = entry_of(model);
  if (entry.state != ModelState::kLoading || entry.loader != member) {
    throw Error(Code::kInternal, "this thread was not elected to load '" + model + "'");
  }
  return entry;
}

Demands Residency::make_demand(DemandKind kind, uint64_t member, uint64_t id, ModelEntry& model, uint64_t bytes,
                               std::unique_ptr<DemandListener> listener) {
  auto owner = std::make_unique<Owner>();
  owner->listener = std::move(listener);
  if (kind == DemandKind::kUse) owner->lease = std::make_shared<Lease>(shared_from_this(), model);
  Demands made(1);
  Demand& demand = made.front();
  demand.kind = kind;
  demand.member = member;
  demand.id = id;
  demand.model = &model;
  demand.bytes = bytes;
  demand.owner = std::move(owner);
  return made;
}

std::optional<DemandResult> Residency::demand(DemandKind kind, uint64_t member, uint64_t id, const std::string& model,
                                              uint64_t bytes, std::unique_ptr<DemandListener> listener) {
  std::unique_lock lock(mutex_);
  // What it is elected for after it left would stay undone.
  if (!members_.contains(member)) throw Error(Code::kNotOpen, "model cache '" + name_ + "' is closed");
  ModelEntry& entry = kind == DemandKind::kReserve ? elected(member, model) : entry_of(model);
  Demands one = make_demand(kind, member, id, entry, bytes, std::move(listener));
  if (kind == DemandKind::kReserve) {
    table_.reserve(std::move(one));
  } else {
    table_.demand(std::move(one));
  }
  std::optional<DemandResult> own = take_own(member, id);
  carry_out(lock);
  return own;
}

bool Residency::cancel(uint64_t member, uint64_t id, const std::string& model) {
  const std::lock_guard lock(mutex_);
  ModelEntry* entry = table_.find(model);
  return entry != nullptr && table_.cancel(*entry, member, id);
}

std::optional<DemandResult> Residency::finish(uint64_t member, const std::string& model, const EngineHandle& engine,
                                              Finished finished) {
  constexpr uint64_t kOwn = 0;  // no message has this id
  auto shared_description = std::make_shared<const std::string>(std::move(finished.description));
  std::unique_lock lock(mutex_);
  ModelEntry& entry = elected(member, model);
  std::function<void()> on_closed = [self = shared_from_this(), &entry] { self->closed(entry); };
  Demands own = finished.keep ? make_demand(DemandKind::kUse, member, kOwn, entry, 0, nullptr) : Demands();
  Loaded& loaded = loaded_.at(&entry);
  loaded.engine = engine.share();
  loaded.description = std::move(shared_description);
  loaded.on_closed = std::move(on_closed);
  loaded.weights = finished.weights;
  loaded.error.reset();
  table_.finish(entry, finished.bytes, std::move(own));
  measure(entry, loaded);
  std::optional<DemandResult> result = take_own(member, kOwn);
  carry_out(lock);
  return result;
}

void Residency::fail(uint64_t member, const std::string& model, const Error& error) {
  std::unique_lock lock(mutex_);
  ModelEntry& entry = elected(member, model);
  loaded_.at(&entry).error = error;
  for (Demand& demand : entry.waiting) static_cast<Owner&>(*demand.owner).result.error = error;
  table_.fail(entry);
  if (table_.find(model) == nullptr) loaded_.erase(&entry);
  carry_out(lock);
}

void Residency::abandon(uint64_t member, const std::string& model) {
  std::unique_lock lock(mutex_);
  ModelEntry& entry = elected(member, model);
  table_.abandon(entry);
  if (table_.find(model) == nullptr) loaded_.erase(&entry);
  carry_out(lock);
}

void Residency::pin(const std::string& model, bool pinned) {
  std::unique_lock lock(mutex_);
  table_.pin(entry_of(model), pinned);
  carry_out(lock);
}

std::vector<ModelReport> Residency::report() const {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  std::vector<ModelReport> reports;
  for (const auto& [name, entry] : table_.models()) {
    const Loaded& loaded = loaded_.at(&entry);
    ModelReport one;
    one.name = name;
    one.state = entry.state;
    one.bytes = entry.bytes;
    one.references = entry.references;
    one.waiting = entry.waiting.size();
    one.pinned = entry.pinned;
    one.loads = entry.loads;
    one.evictions = entry.evictions;
    if (loaded.used) one.idle_ms = std::chrono::duration<double, std::milli>(now - *loaded.used).count();
    if (entry.state == ModelState::kFailed) one.error = loaded.error;
    reports.push_back(std::move(one));
  }
  return reports;
}

ResidencyTotals Residency::totals() const {
  const std::lock_guard lock(mutex_);
  return table_.totals();
}

/// What was settled of `from` on is complete before the lock is given back: the model may go after that.
void Residency::fill_in(Demand& demand) noexcept {
  auto& owner = static_cast<Owner&>(*demand.owner);
  owner.result.outcome = demand.outcome;
  if (demand.outcome != Outcome::kGranted || demand.kind != DemandKind::kUse) return;
  Loaded& loaded = loaded_.at(demand.model);
  loaded.used = Clock::now();
  owner.result.engine = loaded.engine.share();
  owner.lease->granted = true;
  owner.result.engine.hold(std::move(owner.lease));
  owner.result.description = loaded.description;
}

std::optional<DemandResult> Residency::take_own(uint64_t member, uint64_t id) noexcept {
  Demands settled = table_.take_settled();
  std::optional<DemandResult> own;
  for (auto at = settled.begin(); at != settled.end();) {
    const auto here = at++;
    fill_in(*here);
    if (here->member != member || here->id != id) continue;
    own = std::move(static_cast<Owner&>(*here->owner).result);
    settled.erase(here);
  }
  told_.splice(told_.end(), settled);
  return own;
}

void Residency::carry_out(std::unique_lock<std::mutex>& lock) noexcept {
  for (;;) {
    Demands settled = table_.take_settled();
    for (Demand& demand : settled) fill_in(demand);
    told_.splice(told_.end(), settled);
    Demands told = std::move(told_);
    told_.clear();
    EngineHandle closing;
    std::function<void()> on_closed;
    if (const ModelEntry* model = table_.next_closing()) {
      Loaded& loaded = loaded_.at(model);
      closing = std::move(loaded.engine);
      on_closed = std::move(loaded.on_closed);
      loaded.description.reset();
    }
    std::function<void()> on_all_gone;
    if (on_all_gone_ && table_.all_gone()) on_all_gone = std::exchange(on_all_gone_, nullptr);
    if (told.empty() && !closing && !on_all_gone) return;
    lock.unlock();
    for (Demand& demand : told) {
      auto& owner = static_cast<Owner&>(*demand.owner);
      if (owner.listener) owner.listener->settled(std::move(owner.result));
    }
    told.clear();
    if (closing) closing.close(std::move(on_closed));  // which comes back by closed(), on a thread of the engine
    if (on_all_gone) on_all_gone();
    lock.lock();
  }
}

void Residency::release(ModelEntry& model) noexcept {
  std::unique_lock lock(mutex_);
  Loaded& loaded = loaded_.at(&model);
  loaded.used = Clock::now();
  measure(model, loaded);
  table_.release(model);
  carry_out(lock);
}

void Residency::measure(ModelEntry& model, const Loaded& loaded) noexcept {
  if (!loaded.weights || !loaded.engine || !loaded.engine->options().memory) return;
  const MemoryOwner& account = *loaded.engine->options().memory;
  const uint64_t weights = std::max<uint64_t>(*loaded.weights, account.bytes(MemoryUse::kWeights).current);
  table_.measure(model,
                 weights + account.bytes(MemoryUse::kActivations).peak + account.bytes(MemoryUse::kStaging).peak);
}

void Residency::closed(ModelEntry& model) noexcept {
  std::unique_lock lock(mutex_);
  const ModelEntry* const key = &model;
  const size_t before = table_.models().size();
  table_.closed(model);
  if (table_.models().size() < before) loaded_.erase(key);
  carry_out(lock);
}

}  // namespace ntrt
