#pragma once
// A backend without a model: its runs do what a FakeScript says. No ONNX Runtime, so it serves under ThreadSanitizer.

#include <algorithm>
#include <memory>
#include <utility>

#include "backends/backend.h"
#include "test/support/fake_script.h"

namespace ntrt::testing {

class FakeInstance final : public Instance {
 public:
  explicit FakeInstance(std::shared_ptr<FakeScript> script) : script_(std::move(script)) {
    const std::lock_guard lock(script_->mutex_);
    ++script_->live_instances_;
  }
  ~FakeInstance() override {
    const std::lock_guard lock(script_->mutex_);
    --script_->live_instances_;
    if (in_run_) script_->contract_broken_ = true;
  }

  void run(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) override {
    FakeScript& s = *script_;
    std::unique_lock lock(s.mutex_);
    if (std::exchange(in_run_, true)) s.contract_broken_ = true;
    s.order_.push_back(inputs.empty() || inputs[0].bytes < sizeof(int64_t) ? -1
                                                                           : *static_cast<int64_t*>(inputs[0].data));
    s.max_running_ = std::max(s.max_running_, ++s.running_);
    s.changed_.notify_all();
    // No limit: the test that closed the gate waits too, and notices a hang.
    s.changed_.wait(lock, [&] { return s.permits_ > 0 || (terminated_ && !s.deaf_); });
    const bool stopped = terminated_ && !s.deaf_;
    if (!stopped && s.permits_ != SIZE_MAX) --s.permits_;
    const FakeScript::Action action = s.action_;
    lock.unlock();
    const Leave leave(*this);
    if (stopped) throw Error(Code::kBackendError, "terminated");
    if (action) action(inputs, outputs);
  }

  void terminate() noexcept override {
    const std::lock_guard lock(script_->mutex_);
    terminated_ = true;
    script_->changed_.notify_all();
  }

 private:
  struct Leave {
    explicit Leave(FakeInstance& self) : instance(self) {}
    Leave(const Leave&) = delete;
    Leave& operator=(const Leave&) = delete;
    ~Leave() {
      const std::lock_guard lock(instance.script_->mutex_);
      instance.in_run_ = false;
      --instance.script_->running_;
      instance.script_->changed_.notify_all();
    }
    FakeInstance& instance;
  };

  const std::shared_ptr<FakeScript> script_;
  bool in_run_ = false;      // guarded by script_->mutex_
  bool terminated_ = false;  // guarded by script_->mutex_
};

/// One int64 input "x", one int64 output "y".
inline Signature fake_signature() {
  return {{{"x", DType::kInt64, {int64_t{1}}, false}}, {{"y", DType::kInt64, {int64_t{1}}, false}}};
}

/// Throws on the creation of an instance once `max_instances` live.
class FakeModel final : public LoadedModel {
 public:
  explicit FakeModel(std::shared_ptr<FakeScript> script, size_t max_instances = SIZE_MAX,
                     Signature signature = fake_signature())
      : script_(std::move(script)), max_instances_(max_instances), signature_(std::move(signature)) {
    const std::lock_guard lock(script_->mutex_);
    ++script_->live_models_;
  }
  ~FakeModel() override {
    const std::lock_guard lock(script_->mutex_);
    if (script_->live_instances_ > 0) script_->contract_broken_ = true;
    --script_->live_models_;
  }

  const Signature& signature() const noexcept override { return signature_; }
  std::unique_ptr<Instance> create_instance() override {
    if (script_->live_instances() >= max_instances_) throw Error(Code::kOutOfMemory, "no room for an instance");
    return std::make_unique<FakeInstance>(script_);
  }

 private:
  const std::shared_ptr<FakeScript> script_;
  const size_t max_instances_;
  const Signature signature_;
};

}  // namespace ntrt::testing
