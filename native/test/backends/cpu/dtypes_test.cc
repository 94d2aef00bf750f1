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

class CpuUnsupportedTypes : public testing::OrtTest {
 protected:
  /// What loading y = x says, of inputs and outputs with this TypeProto.
  static Error refusal(const testing::Proto& type) {
    const auto value = [&type](std::string_view name) { return testing::Proto().bytes(1, name).bytes(2, type); };
    const std::string model =
        testing::make_model({{testing::operation("Identity", {"x"}, {"y"})}, {value("x")}, {value("y")}, {}});
    return testing::error_of([&] { testing::load_on_cpu(model); });
  }
  static testing::Proto tensor_type(uint64_t element) {
    const auto shape = testing::Proto().bytes(1, testing::Proto().varint(1, 2));
    return testing::Proto().bytes(1, testing::Proto().varint(1, element).bytes(2, shape));
  }
};

TEST_F(CpuUnsupportedTypes, ElementTypesAreRefusedByName) {
  // Those of Identity's; the operator cases of test/conformance have the others.
  const std::vector<std::string> names = {"float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz"};
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    const Error error = refusal(tensor_type(17 + i));
    EXPECT_EQ(error.code(), Code::kUnsupported) << name;
    EXPECT_EQ(error.message(), "tensor 'x' has the element type " + name + ", which is not supported");
    EXPECT_EQ(testing::detail(error, "elementType"), name);
  }
}

TEST_F(CpuUnsupportedTypes, SequencesAndOptionalsAreRefusedByName) {
  const auto wrapped = testing::Proto().bytes(1, tensor_type(1));
  for (const auto& [field, name] : {std::pair(4, "sequence"), std::pair(9, "optional")}) {
    const Error error = refusal(testing::Proto().bytes(field, wrapped));
    EXPECT_EQ(error.code(), Code::kUnsupported) << error.message();
    EXPECT_EQ(error.message(), std::string("'x' is of type ") + name + "; only tensors are supported");
    EXPECT_EQ(testing::detail(error, "valueType"), name);
  }
}

}  // namespace
}  // namespace ntrt
