// Which lengths are padded, and how the results' follow from them.

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/proof/pad_proof.h"
#include "test/runtime/proof/pad_proof_fixture.h"

namespace ntrt {
namespace {

using testing::fail;
using testing::halved;
using testing::PadProofTest;
using testing::same;

TEST_F(PadProofTest, RunsFewLengthsAndOneOfThemIsTheLastBucket) {
  EXPECT_TRUE(prove().enabled);
  std::vector<size_t> first(lengths_.begin(), lengths_.begin() + 7);
  EXPECT_EQ(first, (std::vector<size_t>{64, 16, 15, 1, 8, 7, 5})) << "as they are";
  EXPECT_LE(num_runs(), 20U);
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

TEST_F(PadProofTest, OneBucketIsEnough) {
  options_.pad.buckets = {2};
  EXPECT_TRUE(prove().enabled) << prove().reason;
  options_.pad.buckets = {100};
  EXPECT_TRUE(prove().enabled) << prove().reason;
}

}  // namespace
}  // namespace ntrt
