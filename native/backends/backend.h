#pragma once
// The border between the runtime and whatever executes a model. A backend loads a model; a loaded model makes
// instances; an instance runs. Three small interfaces, so that a fake of each fits into a test.

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "model/model_source.h"

namespace ntrt {

struct BackendOptions {
  int threads = 1;
  std::vector<std::pair<std::string, int64_t>> free_dimension_overrides;
  /// 'disabled' | 'basic' | 'extended' | 'layout' | 'all'
  std::string graph_optimization_level = "all";
  std::vector<std::pair<std::string, std::string>> session_config;
  std::vector<std::string> custom_operator_libraries;  ///< absolute paths, UTF-8; the caller has checked what they are
};

/// Ends a load in progress. cancel() may be called by any thread at any time; the backend sets the hook that
/// does it while it can be interrupted.
class LoadCancellation {
 public:
  void cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (hook_) hook_();
  }

  bool cancelled() const {
    std::lock_guard lock(mutex_);
    return cancelled_;
  }

  /// Calls `hook` on cancel(), at once if that was before; an empty function takes it away.
  void set_hook(std::function<void()> hook) {
    std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
    if (cancelled_ && hook_) hook_();
  }

 private:
  mutable std::mutex mutex_;
  bool cancelled_ = false;
  std::function<void()> hook_;
};

/// An output in memory of the backend's own, given back when this dies (on any thread). Move-only.
class OutputValue {
 public:
  OutputValue() = default;
  OutputValue(void* owner, void (*release)(void*) noexcept) noexcept : owner_(owner), release_(release) {}
  OutputValue(OutputValue&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)), release_(other.release_), strings_(std::move(other.strings_)) {}
  OutputValue& operator=(OutputValue&& other) noexcept {
    if (this != &other) {
      reset();
      owner_ = std::exchange(other.owner_, nullptr);
      release_ = other.release_;
      strings_ = std::move(other.strings_);
    }
    return *this;
  }
  ~OutputValue() { reset(); }

  void reset() noexcept {
    if (owner_ != nullptr) release_(std::exchange(owner_, nullptr));
    strings_.clear();
  }

  std::vector<std::string>& strings() noexcept { return strings_; }

 private:
  void* owner_ = nullptr;
  void (*release_)(void*) noexcept = nullptr;
  std::vector<std::string> strings_;
};

/// One output that a caller wants.
struct OutputRequest {
  size_t index = 0;   ///< which of the model's outputs
  bool into = false;  ///< `view` names memory of the caller's that the backend fills, of exactly this shape
  TensorView view;    ///< after the run: where the data is, its type and its shape
  OutputValue value;  ///< after the run: what keeps `view` alive; empty when `into`
};

/// One execution context. run() is called by one thread at a time; terminate() by any.
class Instance {
 public:
  virtual ~Instance() = default;

  /// `inputs` has one view per input of the model, in the model's order; `outputs` has no output twice. Throws Error.
  virtual void run(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) = 0;

  /// Makes a run in progress fail at its next chance. Cannot be undone.
  virtual void terminate() noexcept = 0;
};

/// Weights in memory. Instances may run at the same time. Must outlive its instances.
class LoadedModel {
 public:
  virtual ~LoadedModel() = default;
  virtual const Signature& signature() const noexcept = 0;
  /// What else is known, as an object in JSON; "" where there is nothing.
  virtual std::string facts() const { return {}; }
  virtual std::unique_ptr<Instance> create_instance() = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const noexcept = 0;

  /// Blocks while it reads and optimises the model. Throws Error.
  virtual std::unique_ptr<LoadedModel> load(const ModelSource& source, const BackendOptions& options,
                                            LoadCancellation& cancellation) = 0;
};

}  // namespace ntrt
