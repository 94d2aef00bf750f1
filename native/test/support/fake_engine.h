#pragma once
// An engine over the fake backend, closed at the end of its test.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/engine.h"
#include "test/support/fake_backend.h"
#include "test/support/requests.h"

namespace ntrt::testing {

inline EngineOptions fake_options(int instances = 1) {
  EngineOptions options;
  options.name = "fake";
  options.instances = instances;
  return options;
}

/// Checks at its end that the engine gave everything back: model, instances, lanes.
class FakeEngine {
 public:
  explicit FakeEngine(EngineOptions options = fake_options(), Signature signature = fake_signature())
      : engine_(
            Engine::start(std::make_unique<FakeModel>(script_, SIZE_MAX, std::move(signature)), std::move(options))) {}
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine() {
    script_->open_gate();
    close();
    wait_closed();
    const std::weak_ptr<Engine> engine = std::exchange(engine_, nullptr);
    wait_until("the lanes to let the engine go", [&] { return engine.expired(); });
    EXPECT_EQ(script_->live_models(), 0U);
    EXPECT_EQ(script_->live_instances(), 0U);
    EXPECT_FALSE(script_->contract_broken());
  }

  Engine& operator*() { return *engine_; }
  Engine* operator->() { return engine_.get(); }
  FakeScript& script() { return *script_; }
  RecordingSink& sink() { return *sink_; }
  const std::shared_ptr<RecordingSink>& shared_sink() const { return sink_; }

  std::shared_ptr<Request> request(uint64_t tag, size_t bytes = 8, int64_t first_dim = 1) {
    return make_request(sink_, tag, bytes, first_dim);
  }
  std::shared_ptr<Request> submit(uint64_t tag, size_t bytes = 8) {
    std::shared_ptr<Request> one = request(tag, bytes);
    engine_->submit(one);
    return one;
  }
  /// One request that stands at the closed gate.
  std::shared_ptr<Request> submit_blocked(uint64_t tag) {
    script_->close_gate();
    std::shared_ptr<Request> one = submit(tag);
    script_->wait_until_running(1);
    return one;
  }

  void close() {
    if (std::exchange(closing_, true)) return;
    engine_->close([closed = closed_] { closed->set(); });
  }
  bool is_closed() const { return closed_->is_set(); }
  void wait_closed() { closed_->wait("the engine to close"); }

 private:
  const std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
  const std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  const std::shared_ptr<Event> closed_ = std::make_shared<Event>();
  std::shared_ptr<Engine> engine_;
  bool closing_ = false;
};

/// The code that `action` throws, or nullopt.
template <typename Action>
std::optional<Code> code_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace ntrt::testing
