// Whether the options of padding fit a model.

#include <gtest/gtest.h>

#include "runtime/proof/pad_proof.h"
#include "test/support/fake_engine.h"
#include "test/support/row_model.h"

namespace ntrt {
namespace {

class CheckPaddingTest : public ::testing::Test {
 protected:
  CheckPaddingTest() { pad_.inputs = {{"x", 1, 0.0, {{"y", 1}}}}; }

  PadInput& input() { return pad_.inputs[0]; }
  void expect(Code code, const std::string& message) const {
    try {
      check_padding(pad_, signature_);
      ADD_FAILURE() << "went unnoticed: " << message;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_EQ(error.message(), message);
    }
  }

  Signature signature_ = testing::row_signature(DType::kFloat32);
  PadOptions pad_;
};

TEST_F(CheckPaddingTest, WhatFitsPasses) {
  check_padding(pad_, signature_);
  check_padding({}, signature_);
}

TEST_F(CheckPaddingTest, UnknownInputsAndOutputsAreNamed) {
  input().output_axes = {{"q", 1}};
  expect(Code::kInvalidArgument, "options.batching.pad.x.outputs.q: the model has no such output");
  input().name = "q";
  expect(Code::kInvalidArgument, "options.batching.pad.q: the model has no such input");
}

TEST_F(CheckPaddingTest, AxesMustBeDimensionsBehindTheFirst) {
  input().axis = 2;
  expect(Code::kOutOfRange, "options.batching.pad.x.axis: expected 1 to 1 for 'x', received 2");
  input().axis = 1;
  input().output_axes = {{"y", 5}};
  expect(Code::kOutOfRange, "options.batching.pad.x.outputs.y.axis: expected 1 to 1 for 'y', received 5");
  signature_.inputs[0].dims.pop_back();
  expect(Code::kOutOfRange, "options.batching.pad.x.axis: 'x' has no dimension behind the first, received 1");
}

TEST_F(CheckPaddingTest, AFixedDimensionCannotBePadded) {
  signature_.inputs[0].dims[1] = int64_t{7};
  expect(Code::kInvalidArgument,
         "options.batching.pad.x.axis: dimension 1 is fixed to 7 in the model: there is nothing to pad");
}

TEST_F(CheckPaddingTest, AStateCannotBePadded) {
  SequenceOptions sequences;
  sequences.states.emplace_back().input = 0;
  EXPECT_EQ(testing::code_of([&] { check_padding(pad_, signature_, sequences); }), Code::kInvalidArgument);
}

TEST_F(CheckPaddingTest, AnUnknownNumberOfDimensionsIsSeenLater) {
  signature_.inputs[0].dims.clear();
  signature_.inputs[0].any_rank = true;
  input().axis = 9;
  check_padding(pad_, signature_);
}

TEST_F(CheckPaddingTest, TheTypeMustHaveTheValue) {
  signature_.inputs[0].type = DType::kInt8;
  input().value = int64_t{200};
  expect(Code::kOutOfRange, "options.batching.pad.x.value: expected a value of int8, the type of 'x', received 200");
  input().value = 0.5;
  expect(Code::kOutOfRange, "options.batching.pad.x.value: expected a value of int8, the type of 'x', received 0.5");
  signature_.inputs[0].type = DType::kString;
  expect(Code::kInvalidArgument, "options.batching.pad.x: strings cannot be padded");
}

}  // namespace
}  // namespace ntrt
