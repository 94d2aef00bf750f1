#pragma once
// Which models are in memory, who waits for them, and which one goes when another needs its place. A state machine and
// nothing else: no lock, thread, clock, engine or callback. Residency drives it.
//
// Note "last request": use() and load() want a model in memory, unload() wants it gone, and the last of them wins. What
// was asked before is still answered: a use gets its model, even if that is loaded for it alone and goes after it. An
// unload that is overtaken by a demand, while the model is in use or being loaded, is superseded; once its memory is
// being given back that is finished, and the demand has it loaded anew.
//
// Note "election": nobody loads but the asker whose demand finds the model missing. It is told so (kElected) and owes
// reserve() and then finish(), fail() or abandon(). Others wait. When it leaves, the next one that waits is elected.
//
// Note "room": a model is loaded only when its bytes are free in the budget. For that the least recently used models
// go that are neither used nor pinned, but only if that makes enough room; else the loader waits. Smaller ones may
// overtake it: were they held back, somebody who waits for a second model while using a first would never get it.
//
// Note "measure": an estimate tells what a model needs before it is there; what it took is known when it ran. From then
// on that is booked, also for its next load, up to the whole budget: what turns out larger stays usable, alone.
//
// An event takes no memory but for demands and registrations, so that it can happen on threads that may not fail.

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ntrt {

enum class ModelState : uint8_t { kUnloaded, kLoading, kResident, kUnloading, kFailed };

enum class DemandKind : uint8_t {
  kUse,      // the model, held until release()
  kLoad,     // the model in memory
  kUnload,   // the model gone
  kReserve,  // of the elected: room for the load
};

enum class Outcome : uint8_t {
  kGranted,     // of kUse and kLoad: it is in memory
  kElected,     // of kUse and kLoad: Note "election"
  kFailed,      // of kUse and kLoad: the load failed
  kSuperseded,  // of kLoad and kUnload: a later request wants the opposite
  kUnloaded,    // of kUnload
  kRoom,        // of kReserve: the bytes are booked
  kRefused,     // of kReserve: they never will be, as long as the pinned models stay
};

struct ModelEntry;

/// Where the asker hears of the outcome.
class DemandOwner {
 public:
  virtual ~DemandOwner() = default;
};

struct Demand {
  DemandKind kind = DemandKind::kUse;
  uint64_t member = 0;
  uint64_t id = 0;  // of the member's choice
  ModelEntry* model = nullptr;
  uint64_t bytes = 0;  // of kReserve
  std::unique_ptr<DemandOwner> owner;

  Outcome outcome = Outcome::kGranted;  // once it is settled
  uint64_t order = 0;                   // of arrival
};

using Demands = std::list<Demand>;

struct ModelEntry {
  std::string name;
  ModelState state = ModelState::kUnloaded;
  size_t registrations = 0;
  uint64_t bytes = 0;     // booked, from kRoom until closed()
  uint64_t measured = 0;  // Note "measure"
  size_t references = 0;
  bool pinned = false;
  bool unload_wanted = false;
  uint64_t last_used = 0;  // order of uses and releases
  uint64_t loads = 0;
  uint64_t evictions = 0;
  uint64_t loader = 0;    // member that is elected, while kLoading
  bool to_close = false;  // since kUnloading, until next_closing()
  Demands waiting;        // uses and loads
  Demands unloads;
};

struct ResidencyTotals {
  uint64_t budget = 0;
  uint64_t booked = 0;  // all of the following
  uint64_t pinned = 0;
  uint64_t in_use = 0;  // referenced and not pinned
  uint64_t loading = 0;
  uint64_t unloading = 0;
};

class ResidencyTable {
 public:
  explicit ResidencyTable(uint64_t budget) : budget_(budget) {}

  ModelEntry& add(std::string_view name);
  ModelEntry* find(std::string_view name) noexcept;
  /// The last registration goes: the model is unloaded as soon as nobody uses it, and then forgotten.
  void remove(ModelEntry& model) noexcept;

  /// kUse, kLoad or kUnload.
  void demand(Demands one) noexcept;
  /// kReserve, of the elected.
  void reserve(Demands one) noexcept;
  /// The load is done and takes `bytes`. `own`, a kUse or kLoad of the elected or nothing, is granted first.
  void finish(ModelEntry& model, uint64_t bytes, Demands own) noexcept;
  void fail(ModelEntry& model) noexcept;
  /// The elected gives up without a failure.
  void abandon(ModelEntry& model) noexcept;
  void release(ModelEntry& model) noexcept;
  /// Note "measure". If that is more than is booked, idle models go as for a load.
  void measure(ModelEntry& model, uint64_t bytes) noexcept;
  /// What next_closing() handed out is gone.
  void closed(ModelEntry& model) noexcept;
  void pin(ModelEntry& model, bool pinned) noexcept;
  /// A demand that has not been settled is taken back.
  bool cancel(ModelEntry& model, uint64_t member, uint64_t id) noexcept;
  /// Takes back whatever the member waits for and was elected for.
  void leave(uint64_t member) noexcept;
  /// Every model is to go.
  void unload_all() noexcept;

  /// Settled since the last call, in order.
  Demands take_settled() noexcept { return std::exchange(settled_, {}); }
  /// A model whose engine is to be closed now; null if there is none. closed() follows.
  ModelEntry* next_closing() noexcept;

  ResidencyTotals totals() const noexcept;
  bool all_gone() const noexcept;
  const std::map<std::string, ModelEntry, std::less<>>& models() const noexcept { return models_; }

 private:
  void settle(Demands& from, Demands::iterator which, Outcome outcome) noexcept;
  void settle_all(Demands& from, Outcome outcome) noexcept;
  void grant(Demands& from, Demands::iterator which) noexcept;
  void elect(ModelEntry& model) noexcept;
  void unload_if_idle(ModelEntry& model) noexcept;
  void begin_unload(ModelEntry& model) noexcept;
  bool try_room(Demands::iterator which) noexcept;
  void try_rooms() noexcept;
  void evict(uint64_t limit) noexcept;
  ModelEntry* least_recently_used() noexcept;
  void forget_if_gone(ModelEntry& model) noexcept;

  const uint64_t budget_;
  std::map<std::string, ModelEntry, std::less<>> models_;
  Demands rooms_;  // reservations that wait
  Demands settled_;
  uint64_t next_order_ = 1;
};

}  // namespace ntrt
