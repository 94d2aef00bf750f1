// The states of a model: which tensors, of which shape, along which dimension their rows lie.

#include "runtime/sequence/sequence_options.h"

#include <gtest/gtest.h>

#include <cstring>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::code_of;

class SequenceOptionsTest : public ::testing::Test {
 protected:
  SequenceOptionsTest() { request_.states = {{"h", "hn"}}; }

  /// A state "h" of these dimensions.
  void model(std::vector<Dim> dims, DType type = DType::kFloat32) {
    signature_.inputs = {{"x", DType::kFloat32, {std::string("n")}, false}, {"h", type, dims, false}};
    signature_.outputs = {{"y", DType::kFloat32, {std::string("n")}, false}, {"hn", type, std::move(dims), false}};
  }
  void add_initial(Shape dims, DType type = DType::kFloat32, const std::string& name = "h") {
    request_.initial.names.push_back(name);
    const TensorView& view = request_.initial.tensors.add(type, std::move(dims));
    std::memset(view.data, 7, view.bytes);
  }
  StateSpec state() { return resolve_sequences(request_, signature_).states.at(0); }
  std::string error() {
    try {
      resolve_sequences(request_, signature_);
    } catch (const Error& e) {
      return std::string(code_name(e.code())) + " " + e.message();
    }
    return "none";
  }

  SequenceRequest request_;
  Signature signature_;
  const Dim n_ = std::string("n");
  const Dim m_ = std::string("m");
};

TEST_F(SequenceOptionsTest, RowsLieAlongTheFirstOpenDimension) {
  model({n_, int64_t{4}});
  EXPECT_EQ(state().row_axis, 0);
  EXPECT_EQ(state().dims, (Shape{1, 4}));
  EXPECT_EQ(state().bytes, 16U);
  EXPECT_EQ(state().input, 1U);
  EXPECT_EQ(state().output, 1U);
  model({int64_t{2}, n_, int64_t{4}});
  EXPECT_EQ(state().row_axis, 1);
  EXPECT_EQ(state().dims, (Shape{2, 1, 4}));
  model({int64_t{1}, int64_t{4}});
  EXPECT_EQ(state().row_axis, -1);
}

TEST_F(SequenceOptionsTest, OpenSizesAreThoseOfTheFirstValueOrOne) {
  model({n_, m_});
  EXPECT_EQ(state().dims, (Shape{1, 1}));
  EXPECT_TRUE(state().initial.empty());
  add_initial({1, 3});
  EXPECT_EQ(state().dims, (Shape{1, 3}));
  EXPECT_EQ(state().row_axis, 0);
  EXPECT_EQ(state().initial, std::vector<std::byte>(12, std::byte{7}));
}

TEST_F(SequenceOptionsTest, AFirstValueTellsWhichDimensionIsThatOfTheRows) {
  model({n_, m_, int64_t{2}});
  add_initial({3, 1, 2});
  EXPECT_EQ(state().row_axis, 1);
  model({n_, int64_t{1}, int64_t{2}});
  EXPECT_EQ(state().row_axis, -1) << "a fixed one is none";
}

TEST_F(SequenceOptionsTest, AnInputOfAnyRankNeedsAFirstValue) {
  model({});
  signature_.inputs[1].any_rank = true;
  EXPECT_EQ(error(),
            "INVALID_ARGUMENT options.sequence.states.h: the model does not say how many dimensions input 'h' has; "
            "give its first value in options.sequence.initial");
  add_initial({1, 5});
  EXPECT_EQ(state().dims, (Shape{1, 5}));
  EXPECT_EQ(state().row_axis, -1);
}

TEST_F(SequenceOptionsTest, NamesThatTheModelDoesNotHaveAreErrors) {
  model({n_});
  request_.states = {{"c", "hn"}};
  EXPECT_EQ(error(), "INVALID_ARGUMENT options.sequence.states.c: the model has no input 'c'");
  request_.states = {{"h", "cn"}};
  EXPECT_EQ(error(), "INVALID_ARGUMENT options.sequence.states.h: the model has no output 'cn'");
  request_.states = {{"h", "hn"}, {"x", "hn"}};
  EXPECT_EQ(error(), "INVALID_ARGUMENT options.sequence.states.x: output 'hn' is the state of another input already");
}

TEST_F(SequenceOptionsTest, TypesMustAgree) {
  model({n_});
  signature_.outputs[1].type = DType::kInt64;
  EXPECT_EQ(error(), "INVALID_ARGUMENT options.sequence.states.h: output 'hn' is int64, input 'h' is float32");
  model({n_}, DType::kString);
  EXPECT_EQ(error(), "UNSUPPORTED options.sequence.states.h: a state of strings is not supported");
}

TEST_F(SequenceOptionsTest, AFirstValueMustFitTheModel) {
  model({n_, int64_t{4}});
  add_initial({1, 5});
  EXPECT_EQ(error(), "SHAPE_MISMATCH options.sequence.initial.h: [1, 5] does not fit the model");
  request_.initial = {};
  add_initial({1, 4}, DType::kInt64);
  EXPECT_EQ(error(), "INVALID_ARGUMENT options.sequence.initial.h: expected float32, received int64");
  request_.initial = {};
  add_initial({1}, DType::kFloat32, "x");
  EXPECT_EQ(error(), "INVALID_ARGUMENT options.sequence.initial.x: 'x' is none of options.sequence.states");
}

}  // namespace
}  // namespace ntrt
