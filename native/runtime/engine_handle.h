#pragma once
// One user's hold on an engine. An engine's lanes keep it alive, so letting go of a pointer does not end it: closing
// the last handle does, and a handle closes when it dies, wherever it is at that moment (in a message to a worker that
// has just ended, say).

#include <functional>
#include <memory>
#include <utility>

#include "runtime/engine.h"

namespace ntrt {

/// Move-only. Empty after close(). One thread at a time; different handles of one engine are independent.
class EngineHandle {
 public:
  EngineHandle() = default;
  explicit EngineHandle(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
    if (engine_) engine_->add_handle();
  }
  EngineHandle(EngineHandle&&) noexcept = default;
  EngineHandle& operator=(EngineHandle&& other) noexcept {
    if (this != &other) {
      close({});
      engine_ = std::move(other.engine_);
      held_ = std::move(other.held_);
    }
    return *this;
  }
  EngineHandle(const EngineHandle&) = delete;
  EngineHandle& operator=(const EngineHandle&) = delete;
  ~EngineHandle() { close({}); }

  /// A handle to an engine that others have handles to; empty if they are all gone.
  static EngineHandle of_open(std::shared_ptr<Engine> engine) {
    EngineHandle handle;
    if (engine && engine->add_handle_to_open()) handle.engine_ = std::move(engine);
    return handle;
  }

  /// Another handle to the same engine, which this one keeps open meanwhile. It holds what this one does.
  EngineHandle share() const {
    EngineHandle handle(engine_);
    handle.held_ = held_;
    return handle;
  }

  /// Something that is let go once this handle, and all that were shared from it, are gone.
  void hold(std::shared_ptr<const void> thing) noexcept { held_ = std::move(thing); }

  /// Never waits. Calls `on_closed` once this handle is gone: at once while there are others, else when the model's
  /// memory is given back (Engine::close).
  void close(std::function<void()> on_closed) {
    if (!engine_) return;
    const std::shared_ptr<Engine> engine = std::exchange(engine_, nullptr);
    std::shared_ptr<const void> held = std::exchange(held_, nullptr);
    if (engine->drop_handle()) {
      engine->close(std::move(on_closed));
    } else if (on_closed) {
      held.reset();
      on_closed();
    }
  }

  explicit operator bool() const noexcept { return engine_ != nullptr; }
  Engine& operator*() const noexcept { return *engine_; }
  Engine* operator->() const noexcept { return engine_.get(); }
  const std::shared_ptr<Engine>& shared() const noexcept { return engine_; }

 private:
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<const void> held_;
};

}  // namespace ntrt
