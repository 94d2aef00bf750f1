#pragma once
// Engines that were offered to other threads of this process, by token.
//
// A token holds no engine, but for the first kPin after it was given out, so that a handle may be closed before the
// other thread has opened its own. Whoever knows a token can open the engine, so tokens are not to be guessed: the
// caller makes them.

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine_handle.h"

namespace ntrt {

/// A number for this process that no other has, to tell tokens of other processes apart.
const std::string& process_id();

/// One for the process, never destroyed. Any thread.
class EngineRegistry {
 public:
  static constexpr Clock::duration kPin = std::chrono::seconds(30);

  static EngineRegistry& instance();
  explicit EngineRegistry(Clock::duration pin = kPin) : pin_(pin) {}
  EngineRegistry(const EngineRegistry&) = delete;
  EngineRegistry& operator=(const EngineRegistry&) = delete;
  ~EngineRegistry();

  /// Offers the engine under `token`; again for the same token pins it anew. `description` is for whoever opens it.
  void offer(const std::string& token, const EngineHandle& engine, std::string description);

  struct Opened {
    EngineHandle engine;
    std::string description;
  };
  /// A handle of its own, or nothing if there is no such engine any more.
  std::optional<Opened> open(const std::string& token);

  size_t num_offers() const;

 private:
  struct Offer {
    std::weak_ptr<Engine> engine;
    std::string description;
    EngineHandle pin;
    Clock::time_point pinned_until;
  };

  void janitor();
  /// Takes out offers of engines that are gone, and pins that have expired; they are let go without the lock.
  Clock::time_point sweep(Clock::time_point now, std::map<std::string, Offer>& gone, std::vector<EngineHandle>& pins);

  const Clock::duration pin_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Offer> offers_;  // guarded by mutex_
  bool janitor_runs_ = false;            // guarded by mutex_
  bool ending_ = false;                  // guarded by mutex_
};

}  // namespace ntrt
