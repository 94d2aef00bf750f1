#pragma once
// What the loops over loads, closes and the like have in common.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "test/allocation_failure/loop.h"
#include "test/allocation_failure/operations.h"

namespace ntrt::testing {

/// An engine that is open all the time. After each failure it must answer right, and nothing may have been kept.
class AllocationFailure : public OrtTest, public ::testing::WithParamInterface<Failures> {
 protected:
  void SetUp() override {
    OrtTest::SetUp();
    if (IsSkipped()) return;
    set_our_module(reinterpret_cast<const void*>(&create_backend));
    engine_ = load(arithmetic_model());
    expect_right_answers(2);
    allocated_ = allocated();
  }
  void TearDown() override {
    if (engine_) close(engine_);
  }

  static EngineHandle load(std::string_view model) { return load(load_request(model)); }
  static EngineHandle load(LoadRequest request) {
    Load load(std::move(request));
    const std::optional<Error> error = load.act();
    EXPECT_FALSE(error) << error->message();
    return std::move(load.engine());
  }
  static uint64_t allocated() { return host_pool().stats().allocated.current; }

  void expect_right_answers(float value) {
    std::vector<float> a = {value, 1};
    Request request;
    request.inputs = {view_of(a), view_of(a)};
    request.outputs.resize(1);
    engine_->run_blocking(request);
    EXPECT_EQ(values_of(request.outputs[0].view), (std::vector<float>{2 * value, 2}));
  }
  void expect_nothing_kept() {
    // What failed may still be on its way out, on a thread of its own.
    wait_until("memory to come back", [this] { return allocated() == allocated_; });
    expect_right_answers(3);
  }

  /// Of a load; returns how many allocations it made.
  size_t fail_loads(const std::function<LoadRequest()>& request) {
    return fail_each_allocation(
        GetParam(), [&] { return std::make_unique<Load>(request()); },
        [](const auto& load) {
          std::optional<Error> error;
          if (const auto thrown = failure_of([&] { error = load->act(); })) error = thrown;
          return error;
        },
        [&](const auto& load, const auto& error) {
          EXPECT_EQ(static_cast<bool>(load->engine()), !error.has_value());
          if (load->engine()) close(load->engine());
          expect_nothing_kept();
        });
  }

  EngineHandle engine_;
  uint64_t allocated_ = 0;
};

}  // namespace ntrt::testing
