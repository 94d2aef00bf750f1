// Whether requests may meet, tried on a model that is fit for it and on models that are not.

#include "runtime/proof/batch_proof.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <utility>

#include "test/support/fake_engine.h"
#include "test/support/row_model.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::row_signature;

/// A model to try, and how.
class BatchProofTest : public ::testing::Test {
 protected:
  BatchProofTest() { script_->set_action(testing::RowAction(faults_)); }

  BatchLayout prove(Signature signature = row_signature(DType::kFloat32)) {
    testing::FakeModel model(script_, SIZE_MAX, std::move(signature));
    return prove_batching(model, options_, cancellation_);
  }
  /// Why the model is unfit.
  std::string reason(Signature signature = row_signature(DType::kFloat32)) {
    const BatchLayout layout = prove(std::move(signature));
    EXPECT_FALSE(layout.enabled) << layout.reason;
    return layout.reason;
  }
  size_t num_runs() const { return script_->order().size(); }

  /// float32 "x" of [rows, columns], which counts on from `start`.
  void add_sample(size_t rows, size_t columns, float start = 0, const std::string& name = "x") {
    Sample& sample = options_.samples.emplace_back();
    options_.verify = Verify::kSamples;
    sample.names = {name};
    const TensorView& view =
        sample.tensors.add(DType::kFloat32, {static_cast<int64_t>(rows), static_cast<int64_t>(columns)});
    for (size_t i = 0; i < rows * columns; ++i) static_cast<float*>(view.data)[i] = start + static_cast<float>(i);
  }

  const std::shared_ptr<testing::FakeScript> script_ = std::make_shared<testing::FakeScript>();
  const std::shared_ptr<testing::RowFaults> faults_ = std::make_shared<testing::RowFaults>();
  ProofOptions options_;
  LoadCancellation cancellation_;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(BatchProofTest, ASoundModelIsProved) {
  for (int type = 0; type < kNumDTypes; ++type) {
    const BatchLayout layout = prove(row_signature(static_cast<DType>(type), 2));
    EXPECT_TRUE(layout.enabled) << type << ": " << layout.reason;
    EXPECT_EQ(layout.reason, "proved with generated rows");
    EXPECT_EQ(layout.input_axes, (std::vector<int>{0, 0}));
    EXPECT_EQ(layout.output_axes, (std::vector<int>{0, 0}));
  }
}

TEST_F(BatchProofTest, TakesFiveRuns) {
  std::vector<int64_t> rows;
  script_->set_action([&, action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    rows.push_back(inputs[0].dims[0]);
    action(inputs, outputs);
  });
  EXPECT_TRUE(prove().enabled);
  EXPECT_EQ(rows, (std::vector<int64_t>{1, 1, 1, 2, 3}));
}

TEST_F(BatchProofTest, ModelsWhoseRowsCannotBeToldApartAreNotRun) {
  Signature fixed = row_signature();
  fixed.inputs[0].dims[0] = int64_t{1};
  EXPECT_EQ(reason(fixed), "the first dimension of input 'x' is fixed to 1");
  Signature second = row_signature(DType::kInt64, 2);
  second.inputs[1].dims[0] = int64_t{8};
  EXPECT_EQ(reason(second), "the first dimension of input 'ids' is fixed to 8");
  Signature scalar = row_signature();
  scalar.inputs[0].dims.clear();
  EXPECT_EQ(reason(scalar), "input 'x' is a scalar");
  scalar.inputs[0].any_rank = true;
  EXPECT_EQ(reason(scalar), "the model does not say how many dimensions input 'x' has");
  EXPECT_EQ(reason({}), "the model has no inputs");
  EXPECT_EQ(num_runs(), 0U);
}

TEST_F(BatchProofTest, AModelThatMixesRowsIsFound) {
  faults_->mixes_rows = true;
  EXPECT_EQ(reason(), "output 'y' of a row differs when it runs together with others");
  EXPECT_EQ(num_runs(), 4U) << "two rows together show it";
}

TEST_F(BatchProofTest, DifferencesWithinTheToleranceDoNotMatter) {
  script_->set_action([action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    action(inputs, outputs);
    if (inputs[0].dims[0] > 1) *static_cast<float*>(outputs[0].view.data) += 0.01F;
  });
  EXPECT_FALSE(prove().enabled);
  options_.atol = 0.02;
  EXPECT_TRUE(prove().enabled);
}

TEST_F(BatchProofTest, AModelThatMixesThreeRowsIsFound) {
  script_->set_action([action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    action(inputs, outputs);
    if (inputs[0].dims[0] == 3) *static_cast<float*>(outputs[0].view.data) += 1;
  });
  EXPECT_EQ(reason(), "output 'y' of a row differs when it runs together with others");
  EXPECT_EQ(num_runs(), 5U);
}

TEST_F(BatchProofTest, AnotherNumberOfRowsIsFound) {
  faults_->drops_row = true;
  EXPECT_EQ(reason(), "output 'y' of 2 rows has the shape [1, 64], not [2, 64]");
}

TEST_F(BatchProofTest, ABatchThatFailsIsFound) {
  faults_->refused_rows = 3;
  EXPECT_EQ(reason(), "a batch of 3 failed (too many rows)");
}

TEST_F(BatchProofTest, OutputsOfOneRowMustHaveOne) {
  faults_->scalar_outputs = true;
  EXPECT_EQ(reason(), "output 'y' has the shape [] for one row");
  Signature turned = row_signature(DType::kFloat32);
  script_->set_action([](auto inputs, auto outputs) {
    testing::own_memory(outputs[0], DType::kFloat32, {inputs[0].dims[1], inputs[0].dims[0]});
  });
  EXPECT_EQ(reason(turned), "output 'y' has the shape [64, 1] for one row");
}

TEST_F(BatchProofTest, EmptyOutputsProveNothing) {
  faults_->empty_outputs = true;
  EXPECT_EQ(reason(), "output 'y' was empty, which proves nothing");
}

TEST_F(BatchProofTest, TheSameResultsForAllRowsProveNothing) {
  faults_->constant = true;
  EXPECT_TRUE(has(reason(), "all rows gave the same results"));
}

TEST_F(BatchProofTest, SizesForFreeDimensionsAreTriedUntilTheModelTakesOne) {
  script_->set_action([action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    if (inputs[0].dims[1] != 224) throw Error(Code::kBackendError, "not that size");
    action(inputs, outputs);
  });
  EXPECT_TRUE(prove().enabled);
  EXPECT_EQ(num_runs(), 2U + 5U) << "64 and 32 were refused";
}

TEST_F(BatchProofTest, AModelThatRefusesGeneratedInputsIsNotBatched) {
  faults_->refused_rows = 0;
  EXPECT_EQ(reason(), "the model does not run on generated inputs (too many rows); give samples in batching.verify");
  EXPECT_EQ(num_runs(), 7U) << "sizes for the free dimension";
  EXPECT_FALSE(prove(row_signature(DType::kFloat32, 1, int64_t{4})).enabled);
  EXPECT_EQ(num_runs(), 8U) << "there is nothing to choose";
}

TEST_F(BatchProofTest, AModelThatRefusesALaterRowIsNotBatched) {
  script_->set_action([this, action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    if (num_runs() == 2) throw Error(Code::kBackendError, "an index out of range");
    action(inputs, outputs);
  });
  EXPECT_EQ(reason(),
            "the model does not run on generated inputs (an index out of range); give samples in batching.verify");
}

TEST_F(BatchProofTest, OtherErrorsThanTheModelsEndTheLoad) {
  script_->set_action([](auto, auto) { throw Error(Code::kOutOfMemory, "no memory"); });
  EXPECT_EQ(code_of([&] { prove(); }), Code::kOutOfMemory);
}

TEST_F(BatchProofTest, SamplesAreSplitIntoRows) {
  add_sample(5, 2);
  const BatchLayout layout = prove();
  EXPECT_TRUE(layout.enabled);
  EXPECT_EQ(layout.reason, "proved with samples");
  EXPECT_EQ(num_runs(), 5U) << "of three rows";
}

TEST_F(BatchProofTest, SeveralSamplesOfOneRowServeToo) {
  add_sample(1, 2, 1);
  add_sample(1, 3, 2);  // another shape: left out
  add_sample(1, 2, 3);
  EXPECT_TRUE(prove().enabled);
  EXPECT_EQ(num_runs(), 3U) << "of two rows";
}

TEST_F(BatchProofTest, SamplesFindAModelThatMixesRows) {
  add_sample(2, 2);
  faults_->mixes_rows = true;
  EXPECT_TRUE(has(reason(), "differs when it runs together"));
}

TEST_F(BatchProofTest, TooFewSamplesProveNothing) {
  options_.verify = Verify::kSamples;
  EXPECT_EQ(reason(), "the samples of batching.verify have fewer than two rows of one shape");
  add_sample(1, 2);
  add_sample(1, 3);
  EXPECT_EQ(reason(), "the samples of batching.verify have fewer than two rows of one shape");
  EXPECT_EQ(num_runs(), 0U);
}

TEST_F(BatchProofTest, SamplesThatDoNotFitTheModelAreErrors) {
  add_sample(2, 2);
  add_sample(2, 2, 0, "other");
  try {
    prove();
    FAIL() << "the name went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_EQ(error.message(), "options.batching.verify[1]: input 'x' is missing");
  }
  try {
    prove(row_signature(DType::kInt64));
    FAIL() << "the type went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_EQ(error.message(), "options.batching.verify[0].x: expected int64, received float32");
  }
  Signature deeper = row_signature(DType::kFloat32);
  deeper.inputs[0].dims.emplace_back(int64_t{2});
  EXPECT_EQ(code_of([&] { prove(deeper); }), Code::kShapeMismatch);
}

TEST_F(BatchProofTest, ATrustedModelIsNotRun) {
  options_.verify = Verify::kTrust;
  EXPECT_EQ(prove().reason, "taken as sound (batching.verify: false)");
  EXPECT_TRUE(prove().enabled);
  EXPECT_EQ(num_runs(), 0U);
  Signature fixed = row_signature();
  fixed.inputs[0].dims[0] = int64_t{1};
  EXPECT_FALSE(prove(fixed).enabled) << "trust does not help where there are no rows";
}

TEST_F(BatchProofTest, SwitchedOffItDoesNothing) {
  options_.enabled = false;
  EXPECT_EQ(reason(), "switched off (batching: false)");
  EXPECT_EQ(num_runs(), 0U);
}

TEST_F(BatchProofTest, AModelThatNeverEndsIsGivenUp) {
  script_->close_gate();
  options_.max_seconds = 0.01;
  const std::string text = reason();
  EXPECT_TRUE(has(text, "the proof took longer than ")) << text;
  EXPECT_EQ(num_runs(), 1U);
  script_->open_gate();
  options_.max_seconds = 0;
  EXPECT_TRUE(prove().enabled);
}

TEST_F(BatchProofTest, ACancelledLoadEndsTheRunInProgress) {
  script_->close_gate();
  std::optional<Code> code;
  std::thread proof([&] { code = code_of([&] { prove(); }); });
  script_->wait_until_running(1);
  cancellation_.cancel();
  proof.join();
  EXPECT_EQ(code, Code::kNotOpen);
  EXPECT_EQ(num_runs(), 1U);
}

TEST_F(BatchProofTest, ACancelledLoadEndsAfterARunThatDidNotHear) {
  script_->set_action([&, action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    action(inputs, outputs);
    if (num_runs() == 4) cancellation_.cancel();
  });
  EXPECT_EQ(code_of([&] { prove(); }), Code::kNotOpen);
  EXPECT_EQ(num_runs(), 4U);
}

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

TEST_F(BatchProofTest, AfterwardsNothingIsLeftOfIt) {
  const uint64_t before = host_pool().stats().allocated.current;
  prove(row_signature(DType::kFloat32, 2));
  faults_->mixes_rows = true;
  prove();
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  EXPECT_EQ(script_->live_instances(), 0U);
  EXPECT_EQ(script_->live_models(), 0U);
  cancellation_.cancel();  // the hook is gone with the instance
}

}  // namespace
}  // namespace ntrt
