// Whether requests may meet of a model with states or with scalars, which have no rows or have them elsewhere.

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "runtime/proof/batch_proof.h"
#include "test/runtime/proof/batch_proof_fixture.h"

namespace ntrt {
namespace {

using testing::BatchProofTest;
using testing::row_signature;

/// "x" of [n, 2], a scalar "rate" and a state "h" of [2, n, 3]; "y" of [n, 2] and "hn" of [2, n, 3].
Signature stateful_signature() {
  const Dim n = std::string("n");
  Signature signature;
  signature.inputs = {{"x", DType::kFloat32, {n, int64_t{2}}, false},
                      {"rate", DType::kInt64, {}, false},
                      {"h", DType::kFloat32, {int64_t{2}, n, int64_t{3}}, false}};
  signature.outputs = {{"y", DType::kFloat32, {n, int64_t{2}}, false},
                       {"hn", DType::kFloat32, {int64_t{2}, n, int64_t{3}}, false}};
  return signature;
}

SequenceOptions stateful(const Signature& signature) {
  SequenceRequest request;
  request.states = {{"h", "hn"}};
  return resolve_sequences(request, signature);
}

/// Outputs are the inputs; of the state, `mix` adds the first row to the last.
void copy_state(std::span<const TensorView> inputs, std::span<OutputRequest> outputs, bool mix) {
  for (OutputRequest& output : outputs) {
    const TensorView& input = inputs[output.index == 0 ? 0 : 2];
    testing::own_memory(output, input.type, input.dims);
    std::memcpy(output.view.data, input.data, input.bytes);
    auto* const data = static_cast<float*>(output.view.data);
    if (mix && output.index == 1 && input.dims[1] > 1) data[input.dims[1] * 3 - 1] += data[0];
  }
}

TEST_F(BatchProofTest, StatesAreStackedAlongTheirOwnDimensionAndScalarsAreShared) {
  const Signature signature = stateful_signature();
  std::vector<Shape> states;
  std::set<int64_t> rates;
  script_->set_action([&](auto inputs, auto outputs) {
    states.push_back(inputs[2].dims);
    rates.insert(*static_cast<const int64_t*>(inputs[1].data));
    copy_state(inputs, outputs, false);
  });
  testing::FakeModel model(script_, SIZE_MAX, signature);
  const BatchLayout layout = prove_batching(model, options_, cancellation_, stateful(signature));
  EXPECT_TRUE(layout.enabled) << layout.reason;
  EXPECT_EQ(layout.input_axes, (std::vector<int>{0, kNoAxis, 1}));
  EXPECT_EQ(layout.output_axes, (std::vector<int>{0, 1}));
  EXPECT_EQ(states, (std::vector<Shape>{{2, 1, 3}, {2, 1, 3}, {2, 1, 3}, {2, 2, 3}, {2, 3, 3}}));
  EXPECT_EQ(rates.size(), 1U);
}

TEST_F(BatchProofTest, AModelThatMixesTheRowsOfAStateIsFound) {
  const Signature signature = stateful_signature();
  script_->set_action([&](auto inputs, auto outputs) { copy_state(inputs, outputs, true); });
  testing::FakeModel model(script_, SIZE_MAX, signature);
  EXPECT_EQ(prove_batching(model, options_, cancellation_, stateful(signature)).reason,
            "output 'hn' of a row differs when it runs together with others");
}

TEST_F(BatchProofTest, RowsThatLieAlongAnotherDimensionThanTheChosenOneAreFound) {
  // Its first dimension is open, and yet it is the second along which the model has the rows.
  Signature signature = stateful_signature();
  signature.inputs[2].dims = {std::string("layers"), std::string("n"), int64_t{3}};
  script_->set_action([](auto inputs, auto outputs) {
    const int64_t rows = inputs[0].dims[0];
    copy_state(inputs, outputs, false);
    // Each row's result is that of the state that the model takes for its own.
    auto* const y = static_cast<float*>(outputs[0].view.data);
    const auto* const h = static_cast<const float*>(inputs[2].data);
    if (inputs[2].dims[1] != rows && rows > 1) throw Error(Code::kBackendError, "the state has other rows");
    for (int64_t row = 0; row < rows; ++row) y[row * 2] += h[row * 3];
  });
  testing::FakeModel model(script_, SIZE_MAX, signature);
  const BatchLayout layout = prove_batching(model, options_, cancellation_, stateful(signature));
  EXPECT_FALSE(layout.enabled);
  EXPECT_EQ(layout.reason, "a batch of 2 failed (the state has other rows)");
}

TEST_F(BatchProofTest, AWrongDimensionIsFoundAlsoWhereTheModelTakesIt) {
  // A model that takes its state as one list of numbers, in which those of a row lie apart from each other.
  Signature signature = stateful_signature();
  signature.inputs[2].dims = {int64_t{2}, std::string("n"), int64_t{3}};
  script_->set_action([](auto inputs, auto outputs) {
    copy_state(inputs, outputs, false);
    auto* const y = static_cast<float*>(outputs[0].view.data);
    const auto* const h = static_cast<const float*>(inputs[2].data);
    for (int64_t row = 0; row < inputs[0].dims[0]; ++row) y[row * 2] += h[row * 6 + 3];
  });
  testing::FakeModel model(script_, SIZE_MAX, signature);
  EXPECT_EQ(prove_batching(model, options_, cancellation_, stateful(signature)).reason,
            "output 'y' of a row differs when it runs together with others");
}

TEST_F(BatchProofTest, AStateWithoutAnOpenDimensionHasNoRows) {
  Signature signature = stateful_signature();
  signature.inputs[2].dims[1] = int64_t{1};
  testing::FakeModel model(script_, SIZE_MAX, signature);
  EXPECT_EQ(prove_batching(model, options_, cancellation_, stateful(signature)).reason,
            "no dimension of the state 'h' is open, so that rows could lie along it");
}

TEST_F(BatchProofTest, ScalarsAreSharedAlsoWithoutStates) {
  script_->set_action(
      [action = testing::RowAction(faults_)](auto inputs, auto outputs) { action(inputs.first(1), outputs); });
  Signature signature = row_signature(DType::kFloat32);
  signature.inputs.push_back({"rate", DType::kFloat32, {}, false});
  const BatchLayout layout = prove(signature);
  EXPECT_TRUE(layout.enabled) << layout.reason;
  EXPECT_EQ(layout.input_axes, (std::vector<int>{0, kNoAxis}));
}

TEST_F(BatchProofTest, SamplesWithOtherScalarsAreLeftOut) {
  script_->set_action(
      [action = testing::RowAction(faults_)](auto inputs, auto outputs) { action(inputs.first(1), outputs); });
  Signature signature = row_signature(DType::kFloat32);
  signature.inputs.push_back({"rate", DType::kFloat32, {}, false});
  for (const float rate : {8.0F, 16.0F, 8.0F}) {
    add_sample(1, 2, rate + static_cast<float>(options_.samples.size()));
    Sample& sample = options_.samples.back();
    sample.names.emplace_back("rate");
    *static_cast<float*>(sample.tensors.add(DType::kFloat32, {}).data) = rate;
  }
  EXPECT_TRUE(prove(signature).enabled);
  EXPECT_EQ(num_runs(), 3U) << "of two rows";
}

}  // namespace
}  // namespace ntrt
