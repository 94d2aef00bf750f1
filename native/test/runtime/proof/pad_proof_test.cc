// Whether inputs may be padded, tried on models that are fit for it and on models that are not.

#include "runtime/proof/pad_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <thread>
#include <utility>

#include "test/support/fake_engine.h"
#include "test/support/row_model.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::own_memory;

/// What becomes of the values of a row.
using Rule = std::function<std::vector<float>(std::span<const float>)>;

std::vector<float> same(std::span<const float> row) { return {row.begin(), row.end()}; }

/// Every second value, from the first on.
std::vector<float> halved(std::span<const float> row) {
  std::vector<float> result;
  for (size_t i = 0; i < row.size(); i += 2) result.push_back(row[i]);
  return result;
}

/// Input "x" [n, length], output "y" [n, …], float32.
Signature length_signature() {
  return {{{"x", DType::kFloat32, {std::string("n"), std::string("length")}, false}},
          {{"y", DType::kFloat32, {std::string("n"), std::string("out")}, false}}};
}

[[noreturn]] void fail(const std::string& why) { throw Error(Code::kBackendError, why); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class PadProofTest : public ::testing::Test {
 protected:
  PadProofTest() {
    options_.pad.inputs = {{"x", 1, 0.0, {}}};
    options_.pad.buckets = {8, 16, 64};
    use(same);
  }

  /// One row at a time; a rule for each output.
  void use(Rule rule) { use(std::vector<Rule>{std::move(rule)}); }
  void use(std::vector<Rule> rules) {
    script_->set_action([this, rules = std::move(rules)](auto inputs, auto outputs) {
      const std::span row(static_cast<const float*>(inputs[0].data), inputs[0].bytes / sizeof(float));
      lengths_.push_back(row.size());
      for (OutputRequest& output : outputs) {
        const std::vector<float> result = rules[output.index](row);
        own_memory(output, DType::kFloat32, {1, static_cast<int64_t>(result.size())});
        std::copy(result.begin(), result.end(), static_cast<float*>(output.view.data));
      }
    });
  }
  /// The shape of the output for a length; all values are 0.
  void use_shapes(std::function<Shape(int64_t)> shape) {
    script_->set_action([shape = std::move(shape)](auto inputs, auto outputs) {
      own_memory(outputs[0], DType::kFloat32, shape(inputs[0].dims[1]));
      if (outputs[0].view.bytes > 0) std::memset(outputs[0].view.data, 0, outputs[0].view.bytes);
    });
  }

  Padding prove() {
    testing::FakeModel model(script_, SIZE_MAX, signature_);
    BatchLayout layout;
    layout.enabled = true;
    layout.input_axes.assign(signature_.inputs.size(), 0);
    layout.output_axes.assign(signature_.outputs.size(), 0);
    return prove_padding(model, layout, options_, cancellation_);
  }
  /// Why padding is refused.
  std::string reason() {
    const Padding padding = prove();
    EXPECT_FALSE(padding.enabled);
    return padding.reason;
  }
  size_t num_runs() const { return script_->order().size(); }

  /// float32 "x" of [rows, columns], which counts on from `start`.
  void add_sample(size_t rows, size_t columns, float start = 0) {
    Sample& sample = options_.samples.emplace_back();
    options_.verify = Verify::kSamples;
    sample.names = {"x"};
    const TensorView& view =
        sample.tensors.add(DType::kFloat32, {static_cast<int64_t>(rows), static_cast<int64_t>(columns)});
    std::iota(static_cast<float*>(view.data), static_cast<float*>(view.data) + rows * columns, start);
  }

  const std::shared_ptr<testing::FakeScript> script_ = std::make_shared<testing::FakeScript>();
  Signature signature_ = length_signature();
  ProofOptions options_;
  LoadCancellation cancellation_;
  std::vector<size_t> lengths_;  ///< of the runs
};

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

TEST_F(PadProofTest, RunsFewLengthsAndOneOfThemIsTheLastBucket) {
  EXPECT_TRUE(prove().enabled);
  std::vector<size_t> first(lengths_.begin(), lengths_.begin() + 7);
  EXPECT_EQ(first, (std::vector<size_t>{64, 16, 15, 1, 8, 7, 5})) << "as they are";
  EXPECT_LE(num_runs(), 20U);
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

TEST_F(PadProofTest, ShorterOutputsAreFitted) {
  use(halved);
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  for (size_t length = 1; length <= 64; ++length) EXPECT_EQ(padding.outputs[0].fit.at(length), (length + 1) / 2);
}

TEST_F(PadProofTest, OutputsHaveAFitEach) {
  signature_.outputs.push_back({"z", DType::kFloat32, {std::string("n"), int64_t{1}}, false});
  signature_.outputs.push_back(signature_.outputs[0]);
  use({same, [](auto row) { return std::vector<float>{row[0]}; }, halved});
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_EQ(padding.outputs[0].axis, 1);
  EXPECT_EQ(padding.outputs[1].axis, kNoAxis) << "it does not follow";
  EXPECT_EQ(padding.outputs[2].fit.at(9), 5U);
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

TEST_F(PadProofTest, LengthsThatAreTooShortAreNotPadded) {
  use([](auto row) {
    if (row.size() < 5) fail("too short");
    return std::vector<float>(row.begin() + 4, row.end());
  });
  const Padding padding = prove();
  // Not [4, …]: the values shift, as in a convolution without a border.
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_EQ(padding.lengths.shortest, 5U);
  EXPECT_EQ(padding.bucket_of(4), 0U);
  EXPECT_EQ(padding.outputs[0].fit.at(6), 2U);
}

TEST_F(PadProofTest, LengthsWithoutResultsAreNotPadded) {
  use([](auto row) { return same(row.subspan(0, row.size() / 4)); });
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_EQ(padding.lengths.shortest, 5U) << "of 1, 2, 3, 5, the first with a result";
}

TEST_F(PadProofTest, LengthsBetweenTheStepsOfTheModelAreNotPadded) {
  options_.pad.buckets = {16, 32};
  use([](auto row) {
    if (row.size() % 8 != 0) fail("not a multiple of 8");
    return same(row);
  });
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_EQ(padding.lengths.step, 8U);
  EXPECT_EQ(padding.lengths.shortest, 8U);
  EXPECT_EQ(padding.bucket_of(24), 32U);
  EXPECT_EQ(padding.bucket_of(23), 0U);
  options_.pad.buckets = {12, 16, 32};
  EXPECT_EQ(reason(), "the model takes lengths in steps of 8, and 12 is none of them");
  options_.pad.buckets = {8, 16};
  EXPECT_EQ(reason(), "there is no length between the buckets that the model runs on: nothing would be padded");
}

TEST_F(PadProofTest, AModelThatDoesNotRunOnABucketIsNotPadded) {
  use([](auto row) {
    if (row.size() > 20) fail("too long");
    return same(row);
  });
  EXPECT_EQ(reason(), "the model does not run on length 64 (too long); give samples in batching.verify");
  use([](auto row) {
    if (row.size() == 16) fail("no");
    return same(row);
  });
  EXPECT_EQ(reason(), "the model does not run on length 16 (no)");
}

TEST_F(PadProofTest, AModelThatTakesFewLengthsIsNotPadded) {
  use([](auto row) {
    if (row.size() != 64 && row.size() != 16) fail("no");
    return same(row);
  });
  EXPECT_EQ(reason(), "the model runs on too few lengths (no)");
}

TEST_F(PadProofTest, ALengthInBetweenThatIsRefusedIsFound) {
  use([](auto row) {
    if (row.size() == 7) fail("no seven");
    return same(row);
  });
  EXPECT_EQ(reason(), "the model does not run on length 7 (no seven)");
}

TEST_F(PadProofTest, LengthsThatFollowNoLineAreFound) {
  use([](auto row) { return same(row.subspan(0, row.size() < 8 ? 1 : row.size() < 10 ? 2 : 3)); });
  EXPECT_EQ(reason(), "the length of output 'y' does not follow that of the inputs in a straight line");
  use([](auto row) { return std::vector<float>(row.size() * row.size()); });
  EXPECT_EQ(reason(), "the length of output 'y' does not follow that of the inputs in a straight line");
}

// As a recogniser of text lines: 1 for 1 to 12, then one more for every 8.
TEST_F(PadProofTest, ShortLengthsThatLieBesideTheLineAreNotPadded) {
  options_.pad.buckets = {16, 32, 64};
  use([](auto row) { return same(row.subspan(0, std::max<size_t>(1, (row.size() + 3) / 8))); });
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  EXPECT_GT(padding.lengths.shortest, 1U);
  EXPECT_LE(padding.lengths.shortest, 8U);
  for (size_t length = padding.lengths.shortest; length <= 64; ++length) {
    EXPECT_EQ(padding.outputs[0].fit.at(length), std::max<size_t>(1, (length + 3) / 8)) << length;
  }
}

// A line has the lengths that tell lines apart, and no others: the more are measured where results are shorter.
TEST_F(PadProofTest, StepsOfDifferentLengthsAreFound) {
  use([](auto row) { return std::vector<float>(row.size() <= 32 ? 32 : row.size() <= 40 ? 64 : 96); });
  EXPECT_EQ(reason(), "the length of output 'y' does not follow that of the inputs in a straight line");
}

// Up to the second bucket, nothing changes.
TEST_F(PadProofTest, AnOutputThatChangesInTheLastBucketOnlyIsFitted) {
  use([](auto row) { return same(row.subspan(0, 1 + row.size() / 48)); });
  const Padding padding = prove();
  EXPECT_TRUE(padding.enabled) << padding.reason;
  for (size_t length = 1; length <= 64; ++length) EXPECT_EQ(padding.outputs[0].fit.at(length), 1 + length / 48);
}

TEST_F(PadProofTest, ASecondDimensionThatChangesIsFound) {
  use_shapes([](int64_t length) { return Shape{1, length, length}; });
  EXPECT_EQ(reason(), "more than one dimension of output 'y' changes with the length");
}

TEST_F(PadProofTest, AnotherNumberOfDimensionsIsFound) {
  use_shapes([](int64_t length) { return length > 8 ? Shape{1, length, 1} : Shape{1, length}; });
  EXPECT_EQ(reason(), "output 'y' has another number of dimensions for another length");
}

TEST_F(PadProofTest, OutputsThatAreAlwaysEmptyProveNothing) {
  use_shapes([](int64_t) { return Shape{1, 0}; });
  EXPECT_EQ(reason(), "the model does not run on length 64 (output 'y' was empty); give samples in batching.verify");
}

TEST_F(PadProofTest, TheDimensionThatTheUserNamesIsTheOneThatFollows) {
  use_shapes([](int64_t length) { return Shape{1, 3, length}; });
  EXPECT_EQ(prove().outputs[0].axis, 2);
  options_.pad.inputs[0].output_axes = {{"y", 2}};
  EXPECT_EQ(prove().outputs[0].axis, 2);
  options_.pad.inputs[0].output_axes = {{"y", 1}};
  EXPECT_EQ(reason(), "more than one dimension of output 'y' changes with the length");
  options_.pad.inputs[0].output_axes = {{"y", 3}};
  signature_.outputs[0].any_rank = true;
  EXPECT_EQ(reason(), "more than one dimension of output 'y' changes with the length");
  use_shapes([](int64_t) { return Shape{1, 3}; });
  EXPECT_EQ(reason(), "output 'y' has no dimension 3");
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

TEST_F(PadProofTest, OneBucketIsEnough) {
  options_.pad.buckets = {2};
  EXPECT_TRUE(prove().enabled) << prove().reason;
  options_.pad.buckets = {100};
  EXPECT_TRUE(prove().enabled) << prove().reason;
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
