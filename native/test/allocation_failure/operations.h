#pragma once
// The operations whose allocations fail, over the real ONNX Runtime. What waits for them here takes no memory itself.

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "memory/pools.h"
#include "runtime/load_job.h"
#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"
#include "test/support/wait.h"

namespace ntrt::testing {

/// A load, from its start to an engine or an error.
class Load {
 public:
  explicit Load(LoadRequest request) : request_(std::move(request)) {}

  std::optional<Error> act() {
    LoadJob::start(std::move(request_), [this](EngineHandle engine, std::optional<Error> error) {
      engine_ = std::move(engine);
      error_ = std::move(error);
      done_.set();
    });
    done_.wait("the load");
    return error_;
  }
  EngineHandle& engine() { return engine_; }

 private:
  LoadRequest request_;
  EngineHandle engine_;
  std::optional<Error> error_;
  Event done_;
};

class OneSink final : public CompletionSink {
 public:
  void completed(std::shared_ptr<Request> request) noexcept override {
    request->sink.reset();  // it would keep us, as we keep it
    request_ = std::move(request);
    done_.set();
  }
  Request& wait() {
    done_.wait("the run");
    return *request_;
  }

 private:
  std::shared_ptr<Request> request_;
  Event done_;
};

inline LoadRequest load_request(std::string_view model) {
  LoadRequest request;
  request.bytes = shared_bytes(to_bytes(model));
  request.library_path = onnxruntime_path();
  request.engine.name = "a name that does not fit into a small string";
  request.engine.inline_below_us = 1'000'000;  // in place however slow this machine is
  request.backend.session_config = {{"session.intra_op.allow_spinning", "0"}};
  return request;
}

/// Closes an engine and waits until its model is gone.
inline void close(EngineHandle& engine) {
  const auto closed = std::make_shared<Event>();
  engine.close([closed] { closed->set(); });
  closed->wait("the engine to close");
}

/// A request for every output of `engine`. The inputs are the caller's.
inline std::shared_ptr<Request> request_for(const EngineHandle& engine, std::vector<TensorView> inputs) {
  auto request = std::make_shared<Request>();
  request->engine = engine.shared();
  request->inputs = std::move(inputs);
  request->outputs.resize(engine->signature().outputs.size());
  for (size_t i = 0; i < request->outputs.size(); ++i) request->outputs[i].index = i;
  request->submitted = Clock::now();
  return request;
}

}  // namespace ntrt::testing
