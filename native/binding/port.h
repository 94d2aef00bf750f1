#pragma once
// A copy of the JavaScript library in one environment (a thread's module graph; ESM and CommonJS copies have one
// each), as the native side sees it: its frame, its mailbox, its requests in flight.
//
// Everything here runs on the environment's JavaScript thread, except what the mailbox does. Dies with the
// environment; the mailbox lives on until the last thread that may post to it lets go.

#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "binding/define_class.h"
#include "binding/mailbox.h"
#include "binding/pooled_memory.h"
#include "runtime/load_job.h"

namespace ntrt::binding {

class LogLines;

/// Numbers that both sides exchange without a call for each: shapes in, shapes out. In doubles.
inline constexpr size_t kFrameSize = 16384;

class Port final : public Napi::ObjectWrap<Port> {
 public:
  static Napi::Function define(Napi::Env env);
  static Port* from(Napi::Env env, napi_value value);

  /// (wake: () => void, makeError: (code, message, details) => Error)
  explicit Port(const Napi::CallbackInfo& info);
  ~Port() override;

  static napi_value error_factory(napi_env /*env*/, const FirstArguments& arguments) { return arguments[1]; }
  napi_value error_factory() const { return error_factory_.Value(); }

  double* frame() noexcept { return frame_; }
  const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }

  /// Of the environment: all its ports have the same.
  PooledMemory& pooled() const noexcept { return *pooled_; }

  /// A request to fill in, used again after take().
  std::shared_ptr<Request> new_request();
  /// Makes `request` the one whose results take() hands out, and writes the shapes of its outputs to the frame.
  void set_current(std::shared_ptr<Request> request);
  /// The same for a run on this thread, which is finished already when it wrote all its outputs into `into`.
  void set_done(std::shared_ptr<Request> request);
  /// What runFacts() tells, until the next run that ends or is refused.
  void set_facts(const RunFacts& facts) noexcept { facts_ = facts; }
  /// Calls `start`, which starts work that ends with a message of that id, and keeps the event loop alive until the
  /// message was polled. When it throws, nothing has started.
  template <typename F>
  void begin(Napi::Env env, uint64_t id, std::shared_ptr<Request> request, F&& start) {
    add_pending(env, id, std::move(request));
    try {
      std::forward<F>(start)();
    } catch (...) {
      finish_pending(env, id);
      throw;
    }
  }

  /// What was begun has ended, and no message of that id comes.
  void no_message(Napi::Env env, uint64_t id) { finish_pending(env, id); }

  /// Time that a run in place may take in this turn of the event loop. One run may begin when the budget is spent; its
  /// caller hears of it in the next turn, which costs less than a lane and lets the loop go on as well.
  Clock::duration turn_budget() const noexcept { return over_budget_ ? Clock::duration::zero() : kTurnBudget; }

  /// Note "bursts" in runtime/engine.h. Returns whether this port was in none: then endBurst() must follow.
  bool join_burst(const std::shared_ptr<Engine>& engine);
  void leave_bursts() noexcept;

  enum class Turn : uint8_t {
    kFirst,   ///< first run in place in this turn: the caller arranges for newTurn()
    kWithin,  ///< more of them
    kLast     ///< the budget is spent
  };
  Turn use_turn(Clock::duration took) noexcept;

  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value cancel_load(const Napi::CallbackInfo& info);
  Napi::Value open_engine(const Napi::CallbackInfo& info);
  Napi::Value poll(const Napi::CallbackInfo& info);
  Napi::Value sleep(const Napi::CallbackInfo& info);
  Napi::Value take_error(const Napi::CallbackInfo& info);
  Napi::Value take_engine(const Napi::CallbackInfo& info);
  Napi::Value take_strings(const Napi::CallbackInfo& info);
  Napi::Value take(const Napi::CallbackInfo& info);
  Napi::Value copy_out(const Napi::CallbackInfo& info);
  Napi::Value keep(const Napi::CallbackInfo& info);
  Napi::Value copy_slice(const Napi::CallbackInfo& info);
  Napi::Value drop(const Napi::CallbackInfo& info);
  Napi::Value run_facts(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value dequeue(const Napi::CallbackInfo& info);
  Napi::Value end_burst(const Napi::CallbackInfo& info);
  Napi::Value new_turn(const Napi::CallbackInfo& info);
  Napi::Value pools(const Napi::CallbackInfo& info);
  Napi::Value pool_stats(const Napi::CallbackInfo& info);
  Napi::Value pool_snapshot(const Napi::CallbackInfo& info);
  Napi::Value record_history(const Napi::CallbackInfo& info);
  Napi::Value set_limit(const Napi::CallbackInfo& info);
  Napi::Value fail_allocation(const Napi::CallbackInfo& info);
  Napi::Value set_policy(const Napi::CallbackInfo& info);
  Napi::Value reset_peak(const Napi::CallbackInfo& info);
  Napi::Value empty_cache(const Napi::CallbackInfo& info);
  Napi::Value estimate(const Napi::CallbackInfo& info);
  Napi::Value take_estimate(const Napi::CallbackInfo& info);
  Napi::Value describe(const Napi::CallbackInfo& info);
  Napi::Value take_description(const Napi::CallbackInfo& info);
  Napi::Value take_demand(const Napi::CallbackInfo& info);
  Napi::Value take_log(const Napi::CallbackInfo& info);
  Napi::Value allocate(const Napi::CallbackInfo& info);
  Napi::Value is_pooled(const Napi::CallbackInfo& info);
  Napi::Value take_pooled(const Napi::CallbackInfo& info);
  Napi::Value release_pooled(const Napi::CallbackInfo& info);
  Napi::Value note_moved(const Napi::CallbackInfo& info);

 private:
  static constexpr Clock::duration kTurnBudget = std::chrono::microseconds(200);

  static void on_env_end(void* port);
  void end();
  /// For a plan; its messages have this id.
  std::shared_ptr<PlanLog> new_log(uint64_t id);
  void add_pending(Napi::Env env, uint64_t id, std::shared_ptr<Request> request);
  void finish_pending(Napi::Env env, uint64_t id);
  /// Takes the request of info[0] out of its queue by `from_engine`; returns whether that could be done.
  template <typename F>
  bool remove(const Napi::CallbackInfo& info, F&& from_engine);
  void recycle(std::shared_ptr<Request> request) noexcept;
  void copied(const Request& request, Clock::time_point start);

  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<PooledMemory> pooled_;
  napi_threadsafe_function wake_ = nullptr;
  Napi::FunctionReference error_factory_;
  Napi::Reference<Napi::Value> frame_object_;
  double* frame_ = nullptr;

  std::list<Message> messages_;  // taken from the mailbox, not yet polled
  std::list<Message> used_;      // polled; room for others
  Message current_;              // the last one polled
  RunFacts facts_;               // of the last run
  std::unordered_map<uint64_t, std::shared_ptr<Request>> pending_;
  std::unordered_map<uint64_t, std::shared_ptr<LoadJob>> loads_;
  std::unordered_map<uint64_t, std::shared_ptr<LogLines>> logs_;  // whose last line was not taken yet
  std::unordered_map<uint64_t, std::shared_ptr<Request>> kept_;
  std::vector<std::shared_ptr<Request>> spare_;
  std::vector<std::shared_ptr<Engine>> bursts_;  // engines that were told to expect more
  Clock::duration turn_used_{};
  bool over_budget_ = false;
  bool ended_ = false;
};

}  // namespace ntrt::binding
