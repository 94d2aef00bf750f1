#pragma once
// What native threads have to tell one port, in the order in which it happened.

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "binding/gate.h"
#include "core/error.h"
#include "runtime/engine_handle.h"
#include "runtime/request.h"

namespace ntrt::binding {

/// The numbers cross the border: `lib/native/contract.ts` has them too.
enum class Event : uint8_t {
  kResult = 0,    ///< a run finished; its outputs wait to be taken
  kError = 1,     ///< something failed; the error waits to be taken
  kLoaded = 2,    ///< an engine waits to be taken
  kReleased = 3,  ///< an engine handle is gone, and the model with it if it was the last
  kCopied = 4,    ///< a result was copied into the buffers given
  kNumber = 5,    ///< an operation finished with a number
};

struct Message {
  uint64_t id = 0;
  Event event = Event::kResult;
  std::shared_ptr<Request> request;
  EngineHandle engine;
  std::optional<Error> error;
  double number = 0;
};

/// Shared by a port and everything that may still finish after it is gone. Any thread posts; the JavaScript thread
/// takes. One wake-up serves all messages that are waiting.
///
/// Note "turns": Node empties a thread-safe function's queue up to a thousand times before the event loop goes on, so
/// that a caller that awaits one quick run after the other would keep timers from firing. After a wake-up the thread
/// therefore looks once per turn of the event loop, without being woken, until it finds nothing; then it sleeps.
class Mailbox final : public CompletionSink {
 public:
  explicit Mailbox(napi_threadsafe_function wake) : gate_(wake) {}

  Gate& gate() noexcept { return gate_; }

  void post(Message message) {
    bool asleep = false;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;  // `message` and all that it holds dies here, on this thread
      messages_.push_back(std::move(message));
      asleep = !std::exchange(awake_, true);
    }
    if (asleep) gate_.wake();
  }

  void completed(std::shared_ptr<Request> request) noexcept override {
    Message message;
    message.id = request->id;
    message.event = request->error ? Event::kError : Event::kResult;
    if (request->error) message.error = std::move(request->error);
    message.request = std::move(request);
    post(std::move(message));
  }

  /// JavaScript thread. Moves everything that waits to `into`, which is empty.
  void take(std::deque<Message>& into) {
    std::lock_guard lock(mutex_);
    into.swap(messages_);
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
    std::deque<Message> undelivered;  // dies after the lock is given back
    const std::lock_guard lock(mutex_);
    closed_ = true;
    undelivered.swap(messages_);
  }

 private:
  Gate gate_;
  std::mutex mutex_;
  bool awake_ = false;            // the JavaScript thread will look by itself; guarded by mutex_
  bool closed_ = false;           // guarded by mutex_
  std::deque<Message> messages_;  // guarded by mutex_
};

}  // namespace ntrt::binding
