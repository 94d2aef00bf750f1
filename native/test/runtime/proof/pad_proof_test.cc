// Whether inputs may be padded, tried on models that are fit for it and on models that are not. What becomes of the
// length is in pad_proof_lengths_test.cc.

#include "runtime/proof/pad_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "test/runtime/proof/pad_proof_fixture.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::fail;
using testing::halved;
using testing::has;
using testing::own_memory;
using testing::PadProofTest;
using testing::same;

TEST_F(PadProofTest, AModelThatKeepsValuesApartIsProved) {
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_EQ(padding.reason, "proved with generated rows");
  EXPECT_EQ(padding.buckets, (std::vector<size_t>{8, 16, 64}));
  EXPECT_EQ(padding.input_axes, (std::vector<int>{1}));
  ASSERT_EQ(padding.outputs.size(), 1U);
  EXPECT_EQ(padding.outputs[0].axis, 1);
  EXPECT_EQ(padding.outputs[0].fit, LengthFit());
  EXPECT_EQ(padding.bucket_of(1), 8U);
  EXPECT_EQ(padding.bucket_of(17), 64U);
}

TEST_F(PadProofTest, AllTypesOfInputsAreProvedWithAllValues) {
  for (int t = 0; t < kNumDTypes; ++t) {
    const auto type = static_cast<DType>(t);
    if (type == DType::kString) continue;
    signature_.inputs[0].type = signature_.outputs[0].type = type;
    options_.pad.inputs[0].value = 1.0;
    script_->set_action([](auto inputs, auto outputs) {
      own_memory(outputs[0], inputs[0].type, inputs[0].dims);
      std::memcpy(outputs[0].view.data, inputs[0].data, inputs[0].bytes);
    });
    const Padding padding = prove();
    EXPECT_TRUE(padding.enabled) << t << ": " << padding.reason;
    EXPECT_EQ(padding.values[0], *to_element(type, 1.0));
  }
}

TEST_F(PadProofTest, SeveralInputsArePaddedTogether) {
  signature_.inputs.push_back({"mask", DType::kInt64, {std::string("n"), std::string("length")}, false});
  options_.pad.inputs.push_back({"mask", 1, 0.0, {}});
  // The mean of what the mask does not hide.
  script_->set_action([](auto inputs, auto outputs) {
    if (inputs[0].dims != inputs[1].dims) fail("different lengths");
    float sum = 0;
    float weight = 0;
    for (size_t i = 0; i < element_count(inputs[0].dims); ++i) {
      const auto mask = static_cast<float>(static_cast<const int64_t*>(inputs[1].data)[i]);
      sum += mask * static_cast<const float*>(inputs[0].data)[i];
      weight += mask;
    }
    own_memory(outputs[0], DType::kFloat32, {1, 1});
    *static_cast<float*>(outputs[0].view.data) = sum / weight;
  });
  EXPECT_TRUE(prove().enabled) << prove().reason;
  options_.pad.inputs[1].value = 1.0;
  EXPECT_TRUE(has(reason(), "output 'y' of a row of length ")) << "what is padded is not hidden";
}

TEST_F(PadProofTest, AModelThatMixesTheLengthIsFound) {
  use([](auto row) {
    std::vector<float> result = same(row);
    result[0] += std::accumulate(row.begin(), row.end(), 0.0F) / static_cast<float>(row.size());
    return result;
  });
  EXPECT_EQ(reason(), "output 'y' of a row of length 15 differs when it is padded to 16");
}

TEST_F(PadProofTest, DifferencesWithinTheToleranceDoNotMatter) {
  use([](auto row) {
    std::vector<float> result = same(row);
    result[0] += static_cast<float>(row.size()) * 0.001F;
    return result;
  });
  EXPECT_FALSE(prove().enabled);
  options_.atol = 0.1;
  EXPECT_TRUE(prove().enabled);
}

TEST_F(PadProofTest, TheLargestOrSmallestOfTheLengthIsFound) {
  use([](auto row) { return std::vector<float>{*std::max_element(row.begin(), row.end())}; });
  EXPECT_TRUE(has(reason(), "differs when it is padded")) << "of values below 0, the padding is the largest";
  use([](auto row) { return std::vector<float>{*std::min_element(row.begin(), row.end())}; });
  EXPECT_TRUE(has(reason(), "differs when it is padded"));
  options_.pad.inputs[0].value = HUGE_VAL;
  EXPECT_TRUE(prove().enabled) << "that is never the smallest";
}

// The mistake would be to take values of both signs only: of 5 such, the largest is above 0.
TEST_F(PadProofTest, TheLargestIsFoundWhereShortLengthsAreRefused) {
  use([](auto row) {
    if (row.size() < 5) fail("too short");
    return std::vector<float>{*std::max_element(row.begin(), row.end())};
  });
  EXPECT_TRUE(has(reason(), "differs when it is padded"));
}

TEST_F(PadProofTest, AShapeThatDependsOnThePaddingIsFound) {
  use([](auto row) { return same(row.subspan(0, row.back() == 0 ? row.size() - 1 : row.size())); });
  EXPECT_EQ(reason(), "output 'y' of a row padded to 16 has the shape [1, 15], not [1, 16]");
}

TEST_F(PadProofTest, AModelThatFailsOnPaddingIsFound) {
  use([](auto row) {
    if (row.back() == 0) fail("an index of 0");
    return same(row);
  });
  EXPECT_EQ(reason(), "the model fails on a row of the proof (an index of 0)");
}

TEST_F(PadProofTest, SizesForOtherFreeDimensionsAreTried) {
  signature_.inputs[0].dims.emplace_back(std::string("features"));
  use_shapes([](int64_t length) { return Shape{1, length}; });
  script_->set_action([](auto inputs, auto outputs) {
    if (inputs[0].dims[2] != 16) fail("not 16 features");
    own_memory(outputs[0], DType::kFloat32, inputs[0].dims);
    std::memcpy(outputs[0].view.data, inputs[0].data, inputs[0].bytes);
  });
  EXPECT_TRUE(prove().enabled) << prove().reason;
}

TEST_F(PadProofTest, SamplesOfOneLengthAreCutAndRepeated) {
  add_sample(2, 5, 1);
  std::vector<std::vector<float>> rows;
  use([&rows](auto row) { return rows.emplace_back(same(row)); });
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_EQ(padding.reason, "proved with samples");
  ASSERT_EQ(rows[0].size(), 64U);
  EXPECT_EQ(rows[0][4], 5) << "the first row";
  EXPECT_EQ(rows[0][5], 1) << "and again";
  EXPECT_EQ(rows[0][63], 4);
  EXPECT_EQ(rows[3], (std::vector<float>{1}));
}

TEST_F(PadProofTest, AllSamplesAreComparedWithTheirOwnLengths) {
  add_sample(2, 16);
  add_sample(1, 3, -40);
  // Only the second sample shows it.
  use([](auto row) {
    std::vector<float> result = same(row);
    if (row[0] < 0) result[0] += static_cast<float>(row.size());
    return result;
  });
  EXPECT_EQ(reason(), "output 'y' of a row of length 3 differs when it is padded to 8");
}

TEST_F(PadProofTest, SamplesWithoutRowsOrLengthAreLeftOut) {
  add_sample(0, 12);
  add_sample(2, 5, 1);
  add_sample(1, 0);
  EXPECT_TRUE(prove().enabled) << prove().reason;
}

TEST_F(PadProofTest, SamplesThatTheModelRefusesAreNamedByTheirLength) {
  add_sample(2, 5, 1);
  use([](auto row) {
    if (row.size() > 20) fail("too long");
    return same(row);
  });
  EXPECT_EQ(reason(), "the model does not run on length 64 (too long)");
}

TEST_F(PadProofTest, SamplesWhosePaddedInputsDifferInLengthProveNothing) {
  signature_.inputs.push_back({"mask", DType::kFloat32, {std::string("n"), std::string("length")}, false});
  options_.pad.inputs.push_back({"mask", 1, 0.0, {}});
  add_sample(2, 5);
  Sample& sample = options_.samples[0];
  sample.names.emplace_back("mask");
  sample.tensors.add(DType::kFloat32, {2, 6});
  EXPECT_EQ(reason(), "the padded inputs of the samples have different lengths");
}

TEST_F(PadProofTest, ATrustedModelIsRunToFindItsLengthsOnly) {
  options_.verify = Verify::kTrust;
  use([](auto row) {
    std::vector<float> result = halved(row);
    result[0] += static_cast<float>(row.size());
    return result;
  });
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled);
  EXPECT_EQ(padding.reason, "taken as sound (batching.verify: false)");
  EXPECT_EQ(padding.outputs[0].fit.at(5), 3U);
  EXPECT_EQ(std::count(lengths_.begin(), lengths_.end(), 16), 1) << "nothing is run padded";
}

TEST_F(PadProofTest, OtherErrorsThanTheModelsEndTheLoad) {
  script_->set_action([](auto, auto) { throw Error(Code::kOutOfMemory, "no memory"); });
  EXPECT_EQ(code_of([&] { prove(); }), Code::kOutOfMemory);
}

TEST_F(PadProofTest, AModelThatNeverEndsIsGivenUp) {
  script_->close_gate();
  options_.max_seconds = 0.01;
  EXPECT_TRUE(has(reason(), "the proof took longer than "));
  EXPECT_EQ(num_runs(), 1U);
}

TEST_F(PadProofTest, ACancelledLoadEndsTheRunInProgress) {
  script_->close_gate();
  std::optional<Code> code;
  std::thread proof([&] { code = code_of([&] { prove(); }); });
  script_->wait_until_running(1);
  cancellation_.cancel();
  proof.join();
  EXPECT_EQ(code, Code::kNotOpen);
  EXPECT_EQ(num_runs(), 1U);
}

TEST_F(PadProofTest, ACancelledLoadEndsAfterARunThatDidNotHear) {
  use([this](auto row) {
    if (num_runs() == 4) cancellation_.cancel();
    return same(row);
  });
  EXPECT_EQ(code_of([&] { prove(); }), Code::kNotOpen);
  EXPECT_EQ(num_runs(), 4U);
}

TEST_F(PadProofTest, AfterwardsNothingIsLeftOfIt) {
  const uint64_t before = host_pool().stats().allocated.current;
  prove();
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  EXPECT_EQ(script_->live_instances(), 0U);
  cancellation_.cancel();  // the hook is gone with the instance
}

}  // namespace
}  // namespace ntrt
