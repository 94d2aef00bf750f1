#pragma once
// What tests of both proofs have in common: a model that a script plays, and samples.

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>

#include "runtime/proof/batch_proof.h"
#include "test/support/fake_engine.h"

namespace ntrt::testing {

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class ProofTest : public ::testing::Test {
 protected:
  size_t num_runs() const { return script_->order().size(); }

  /// float32 of [rows, columns], which counts on from `start`.
  void add_sample(size_t rows, size_t columns, float start = 0, const std::string& name = "x") {
    Sample& sample = options_.samples.emplace_back();
    options_.verify = Verify::kSamples;
    sample.names = {name};
    const TensorView& view =
        sample.tensors.add(DType::kFloat32, {static_cast<int64_t>(rows), static_cast<int64_t>(columns)});
    std::iota(static_cast<float*>(view.data), static_cast<float*>(view.data) + rows * columns, start);
  }

  const std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
  ProofOptions options_;
  LoadCancellation cancellation_;
};

}  // namespace ntrt::testing
