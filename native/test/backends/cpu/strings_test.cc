#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::identity_model;
using testing::view_of_strings;

class CpuStrings : public testing::OrtTest {
 protected:
  /// Through a model that returns them as they are.
  static std::vector<std::string> round_trip(std::vector<std::string> strings) {
    CpuRunner runner(identity_model(DType::kString, {"n"}));
    auto outputs = runner.run({view_of_strings({static_cast<int64_t>(strings.size())}, strings)});
    EXPECT_EQ(outputs[0].view.type, DType::kString);
    EXPECT_EQ(outputs[0].view.dims, Shape{static_cast<int64_t>(strings.size())});
    EXPECT_EQ(outputs[0].view.bytes, 0U);
    return outputs[0].value.strings();
  }
};

TEST_F(CpuStrings, GoThroughUnchanged) {
  const std::vector<std::string> strings = {"", "a", "größer", "日本語", "\xF0\x9F\x98\x80", std::string(100000, 'x'),
                                            ""};
  EXPECT_EQ(round_trip(strings), strings);
}

TEST_F(CpuStrings, KeepEmbeddedZeros) {
  const std::vector<std::string> strings = {std::string("a\0b", 3), std::string(1, '\0'), "c"};
  EXPECT_EQ(round_trip(strings), strings);
}

TEST_F(CpuStrings, MayBeNone) { EXPECT_TRUE(round_trip({}).empty()); }

TEST_F(CpuStrings, MayBeOneWithoutADimension) {
  CpuRunner runner(identity_model(DType::kString, {}));
  std::vector<std::string> one = {"scalar"};
  auto outputs = runner.run({view_of_strings({}, one)});
  EXPECT_EQ(outputs[0].value.strings(), one);
  EXPECT_TRUE(outputs[0].view.dims.empty());
}

TEST_F(CpuStrings, AreTakenAnewInEveryRun) {
  CpuRunner runner(identity_model(DType::kString, {"n"}));
  std::vector<std::string> strings = {"first", "run"};
  const TensorView view = view_of_strings({2}, strings);
  EXPECT_EQ(runner.run({view})[0].value.strings(), strings);
  strings = {"second", "one"};
  EXPECT_EQ(runner.run({view})[0].value.strings(), strings) << "same memory, other text";
}

// LeakSanitizer sees what such a run leaves behind.
TEST_F(CpuStrings, AWrongNumberOfThemIsAnErrorAndLeavesNothing) {
  CpuRunner runner(identity_model(DType::kString, {"n"}));
  std::vector<std::string> strings = {"one", "two", std::string(1000, 'x')};
  EXPECT_THROW(runner.run({view_of_strings({2}, strings)}), Error);
  EXPECT_EQ(runner.run({view_of_strings({3}, strings)})[0].value.strings(), strings);
}

}  // namespace
}  // namespace ntrt
