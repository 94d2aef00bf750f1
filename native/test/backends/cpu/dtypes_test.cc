// Every element type goes through ONNX Runtime unharmed.

#include <gtest/gtest.h>

#include <random>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::identity_model;

class CpuDTypes : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (const std::string why = testing::prepare_onnxruntime(); !why.empty()) GTEST_SKIP() << why;
  }
  DType type() const { return static_cast<DType>(GetParam()); }
};

std::vector<uint8_t> random_bytes(size_t count, DType type) {
  std::mt19937 random(static_cast<unsigned>(type) + 1);
  std::vector<uint8_t> data(count);
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(type == DType::kBool ? random() % 2 : random());
  return data;
}

TEST_P(CpuDTypes, GoThroughUnchanged) {
  CpuRunner runner(identity_model(type(), {"n", "3"}));
  EXPECT_EQ(runner.model().signature().inputs[0].type, type());
  EXPECT_EQ(runner.model().signature().outputs[0].type, type());
  for (const int64_t n : {int64_t{1}, int64_t{7}, int64_t{1000}}) {
    std::vector<uint8_t> data = random_bytes(static_cast<size_t>(n) * 3 * dtype_size(type()), type());
    const auto outputs = runner.run({testing::view_of(type(), {n, 3}, data)});
    EXPECT_EQ(outputs[0].view.type, type());
    EXPECT_EQ(outputs[0].view.dims, (Shape{n, 3}));
    EXPECT_EQ(testing::values_of<uint8_t>(outputs[0].view), data) << "n = " << n;
  }
}

TEST_P(CpuDTypes, GoThroughUnchangedIntoMemoryOfTheCallers) {
  CpuRunner runner(identity_model(type(), {"n"}));
  std::vector<uint8_t> data = random_bytes(50 * dtype_size(type()), type());
  std::vector<uint8_t> result(data.size());
  runner.run_into({testing::view_of(type(), {50}, data)}, testing::view_of(type(), {50}, result));
  EXPECT_EQ(result, data);
}

// Strings, the last of them, have tests of their own.
INSTANTIATE_TEST_SUITE_P(All, CpuDTypes, ::testing::Range(0, static_cast<int>(DType::kString)),
                         [](const auto& info) { return std::string(dtype_name(static_cast<DType>(info.param))); });

class CpuUnsupportedTypes : public testing::OrtTest {};

TEST_F(CpuUnsupportedTypes, AreRefusedByName) {
  // float8e4m3fn, int4
  for (const uint64_t type : {17U, 22U}) {
    const auto value = [type](std::string_view name) {
      const auto tensor =
          testing::Proto().varint(1, type).bytes(2, testing::Proto().bytes(1, testing::Proto().varint(1, 2)));
      return testing::Proto().bytes(1, name).bytes(2, testing::Proto().bytes(1, tensor));
    };
    const std::string model =
        testing::make_model({{testing::operation("Identity", {"x"}, {"y"})}, {value("x")}, {value("y")}, {}});
    const Error error = testing::error_of([&] { testing::load_on_cpu(model); });
    EXPECT_EQ(error.code(), Code::kUnsupported) << type << ": " << error.message();
  }
}

}  // namespace
}  // namespace ntrt
