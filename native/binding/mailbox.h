#pragma once
// What native threads have to tell one port, in the order in which it happened.

#include <cassert>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "binding/gate.h"
#include "core/error.h"
#include "runtime/engine_handle.h"
#include "runtime/request.h"

namespace ntrt {
struct ModelDescription;
struct ModelEstimate;
}  // namespace ntrt

namespace ntrt::binding {

/// The numbers cross the border: `lib/native/contract.ts` has them too.
enum class Event : uint8_t {
  kResult = 0,       ///< a run finished; its outputs wait to be taken
  kError = 1,        ///< something failed; the error waits to be taken
  kLoaded = 2,       ///< an engine waits to be taken
  kReleased = 3,     ///< an engine handle is gone, and the model with it if it was the last
  kCopied = 4,       ///< a result was copied into the buffers given
  kNumber = 5,       ///< an operation finished with a number
  kEstimate = 6,     ///< an estimate of a model waits to be taken
  kDemand = 7,       ///< a demand on a model cache was settled
  kLog = 8,          ///< lines of a log wait to be taken
  kDescription = 9,  ///< a description of a model waits to be taken
};

struct Message {
  uint64_t id = 0;
  Event event = Event::kResult;
  std::shared_ptr<Request> request;
  EngineHandle engine;
  std::optional<Error> error;
  double number = 0;
  std::shared_ptr<const ModelEstimate> estimate;
  std::shared_ptr<const ModelDescription> description;
  std::shared_ptr<const std::string> text;
};

/// Shared by a port and everything that may still finish after it is gone. Any thread posts; the JavaScript thread
/// takes. One wake-up serves all messages that are waiting. Each was announced by make_room().
///
/// Note "turns": Node empties a thread-safe function's queue up to a thousand times before the event loop goes on, so
/// that a caller that awaits one quick run after the other would keep timers from firing. After a wake-up the thread
/// therefore looks once per turn of the event loop, without being woken, until it finds nothing; then it sleeps.
class Mailbox final : public CompletionSink {
 public:
  explicit Mailbox(napi_threadsafe_function wake) : gate_(wake) {}

  Gate& gate() noexcept { return gate_; }

  /// JavaScript thread, before something is started that will post. Sees to it that the next `count` messages take no
  /// memory: whoever posts has nobody to tell that there is none.
  void make_room(size_t count) {
    std::lock_guard lock(mutex_);
    while (room_.size() < count) room_.emplace_back();
  }

  void post(Message message) noexcept {
    put(std::move(message));
    wake();
  }

  void completed(std::shared_ptr<Request> request) noexcept override {
    Message message;
    message.id = request->id;
    message.event = request->error ? Event::kError : Event::kResult;
    message.error = request->error;
    message.request = std::move(request);
    put(std::move(message));
  }

  /// Wakes the JavaScript thread unless it looks by itself.
  void wake() noexcept override {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || messages_.empty() || std::exchange(awake_, true)) return;
    }
    gate_.wake();
  }

  /// JavaScript thread. Moves everything that waits to `into`, which is empty, and makes room of what is used up.
  void take(std::list<Message>& into, std::list<Message>& used) {
    std::lock_guard lock(mutex_);
    into.swap(messages_);
    room_.splice(room_.end(), used);
  }

  /// JavaScript thread, once it has looked and found nothing: from now on post() wakes it. Until then it looks again
  /// by itself. Returns false if something came meanwhile.
  bool sleep() {
    std::lock_guard lock(mutex_);
    if (!messages_.empty()) return false;
    awake_ = false;
    return true;
  }

  /// JavaScript thread, when the environment ends. Nothing is kept from now on: a message holds a request, and that
  /// holds this mailbox.
  void close() {
    gate_.close();
    std::list<Message> undelivered;  // dies after the lock is given back
    const std::lock_guard lock(mutex_);
    closed_ = true;
    undelivered.swap(messages_);
  }

 private:
  void put(Message message) noexcept {
    std::lock_guard lock(mutex_);
    if (closed_) return;  // `message` and all that it holds dies here, on this thread
    assert(!room_.empty());
    messages_.splice(messages_.end(), room_, room_.begin());
    messages_.back() = std::move(message);
  }

  Gate gate_;
  std::mutex mutex_;
  bool awake_ = false;           // the JavaScript thread will look by itself; guarded by mutex_
  bool closed_ = false;          // guarded by mutex_
  std::list<Message> messages_;  // guarded by mutex_
  std::list<Message> room_;      // for messages to come; guarded by mutex_
};

}  // namespace ntrt::binding
