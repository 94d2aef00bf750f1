// Whether requests may meet, tried on a model that is fit for it and on models that are not.

#include "runtime/proof/batch_proof.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "test/runtime/proof/batch_proof_fixture.h"

namespace ntrt {
namespace {

using testing::BatchProofTest;
using testing::code_of;
using testing::has;
using testing::row_signature;

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
