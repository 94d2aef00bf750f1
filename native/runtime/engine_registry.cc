#include "runtime/engine_registry.h"

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

namespace ntrt {

const std::string& process_id() {
  // Never destroyed: threads may ask until the very end.
  static const auto* const kId = [] {
    constexpr char kDigits[] = "0123456789abcdef";
    std::random_device random;
    auto* id = new std::string();
    for (int i = 0; i < 16; ++i) id->push_back(kDigits[random() % 16]);
    return id;
  }();
  return *kId;
}

EngineRegistry& EngineRegistry::instance() {
  static auto* const kRegistry = new EngineRegistry();
  return *kRegistry;
}

EngineRegistry::~EngineRegistry() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !janitor_runs_; });
}

void EngineRegistry::offer(const std::string& token, const EngineHandle& engine, std::string description) {
  EngineHandle pin = engine.share();
  {
    const std::lock_guard lock(mutex_);
    if (!janitor_runs_) {
      std::thread([this] { janitor(); }).detach();
      janitor_runs_ = true;
    }
    Offer& offer = offers_[token];
    offer.engine = engine.shared();
    offer.description = std::move(description);
    offer.pinned_until = Clock::now() + pin_;
    std::swap(offer.pin, pin);
  }
  changed_.notify_all();
}

std::optional<EngineRegistry::Opened> EngineRegistry::open(const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = offers_.find(token);
  if (found == offers_.end()) return std::nullopt;
  EngineHandle engine = EngineHandle::of_open(found->second.engine.lock());
  if (!engine) return std::nullopt;
  return Opened{std::move(engine), found->second.description};
}

size_t EngineRegistry::num_offers() const {
  const std::lock_guard lock(mutex_);
  return offers_.size();
}

Clock::time_point EngineRegistry::sweep(Clock::time_point now, std::map<std::string, Offer>& gone,
                                        std::vector<EngineHandle>& pins) {
  auto next = Clock::time_point::max();
  for (auto offer = offers_.begin(); offer != offers_.end();) {
    const auto here = offer++;
    Offer& one = here->second;
    if (one.engine.expired()) {
      gone.insert(offers_.extract(here));
      continue;
    }
    if (one.pin && one.pinned_until <= now) pins.push_back(std::move(one.pin));
    // An engine that is closed by others goes soon after; looking for that now and then is enough.
    next = std::min(next, one.pin ? one.pinned_until : now + pin_);
  }
  return next;
}

void EngineRegistry::janitor() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    std::map<std::string, Offer> gone;
    std::vector<EngineHandle> pins;
    const Clock::time_point next = sweep(Clock::now(), gone, pins);
    if (!gone.empty() || !pins.empty()) {
      lock.unlock();
      gone.clear();
      pins.clear();  // may close engines
      lock.lock();
    } else if (next == Clock::time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
  janitor_runs_ = false;
  changed_.notify_all();
}

}  // namespace ntrt
