// Outputs that could be the memory of an input: the caller may change or free its inputs once the run has ended.

#include <gtest/gtest.h>

#include "test/support/cpu_model.h"
#include "test/support/fake_engine.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::make_model;
using testing::operation;
using testing::Proto;
using testing::tensor_head;
using testing::typed_value;
using testing::values_of;
using testing::view_of;

class CpuAliases : public testing::OrtTest {
 protected:
  /// One output "y" of a model with the input "x" of shape [n].
  static void expect_own_memory(const std::vector<Proto>& nodes, const std::vector<Proto>& initializers = {}) {
    testing::CpuRunner runner(make_model({nodes,
                                          {typed_value("x", DType::kFloat32, {"n"})},
                                          {typed_value("y", DType::kFloat32, {"a", "b"})},
                                          initializers}));
    const std::vector<float> original = {1, 2, 3, 4};
    std::vector<float> x = original;
    const auto outputs = runner.run({view_of(x)});
    x.assign(4, -1);
    EXPECT_EQ(values_of(outputs[0].view), original);
  }
  static Proto int64s(std::string_view name, std::vector<int64_t> values) {
    const std::string raw(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(int64_t));
    return tensor_head(name, {static_cast<int64_t>(values.size())}, 7).bytes(9, raw);
  }
  /// The graph's input is also an output.
  static std::string pass_through_model() {
    return make_model({{operation("Neg", {"x"}, {"y"})},
                       {typed_value("x", DType::kFloat32, {"n"})},
                       {typed_value("y", DType::kFloat32, {"n"}), typed_value("x", DType::kFloat32, {"n"})},
                       {}});
  }
};

TEST_F(CpuAliases, OfAReshape) { expect_own_memory({operation("Reshape", {"x", "s"}, {"y"})}, {int64s("s", {2, 2})}); }

TEST_F(CpuAliases, OfAnAddedDimension) {
  expect_own_memory({operation("Unsqueeze", {"x", "s"}, {"y"})}, {int64s("s", {0})});
}

TEST_F(CpuAliases, OfAFlatten) { expect_own_memory({operation("Flatten", {"x"}, {"y"})}); }

TEST_F(CpuAliases, OfAnIdentityBehindAReshape) {
  expect_own_memory({operation("Reshape", {"x", "s"}, {"r"}), operation("Identity", {"r"}, {"y"})},
                    {int64s("s", {4, 1})});
}

TEST_F(CpuAliases, OfAnIdentity) {
  testing::CpuRunner runner(testing::identity_model(DType::kFloat32, {"n"}));
  std::vector<float> x = {1, 2};
  const auto outputs = runner.run({view_of(x)});
  x.assign(2, -1);
  EXPECT_EQ(values_of(outputs[0].view), (std::vector<float>{1, 2}));
}

TEST_F(CpuAliases, OfAGraphInputThatIsAnOutput) {
  testing::CpuRunner runner(pass_through_model());
  std::vector<float> x = {6, 8};
  const auto outputs = runner.run({view_of(x)});
  x.assign(2, -1);
  EXPECT_EQ(values_of(outputs[0].view), (std::vector<float>{-6, -8}));
  EXPECT_EQ(values_of(outputs[1].view), (std::vector<float>{6, 8})) << "the output is the caller's own memory";
}

TEST_F(CpuAliases, OfAGraphInputThatIsAnOutputInto) {
  testing::CpuRunner runner(pass_through_model());
  std::vector<float> x = {6, 8};
  std::vector<float> result(2);
  std::vector<TensorView> inputs = {view_of(x)};
  std::vector<OutputRequest> outputs(1);
  outputs[0].index = 1;
  outputs[0].into = true;
  outputs[0].view = view_of(result);
  runner.instance().run(inputs, outputs);
  EXPECT_EQ(result, x);
}

TEST_F(CpuAliases, OfAnInitializerThatIsAnOutputOutliveTheModel) {
  std::vector<OutputRequest> outputs;
  {
    const std::vector<float> weights(1000, 7);
    const std::string raw(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
    testing::CpuRunner runner(
        make_model({{operation("Neg", {"x"}, {"y"})},
                    {typed_value("x", DType::kFloat32, {"n"})},
                    {typed_value("y", DType::kFloat32, {"n"}), typed_value("w", DType::kFloat32, {"1000"})},
                    {tensor_head("w", {1000}).bytes(9, raw)}}));
    std::vector<float> x = {1};
    outputs = runner.run({view_of(x)});
  }
  EXPECT_EQ(values_of(outputs[1].view), std::vector<float>(1000, 7));
}

// An engine gives the inputs back before it hands the outputs on.
TEST_F(CpuAliases, OfAGraphInputThatIsAnOutputOfAnEngine) {
  const auto sink = std::make_shared<testing::RecordingSink>();
  const auto engine = Engine::start(testing::load_on_cpu(pass_through_model()), testing::fake_options());
  const auto request = std::make_shared<Request>();
  request->sink = sink;
  Buffer& buffer = request->buffers.emplace_back(host_pool(), 1000 * sizeof(float));
  auto* const data = static_cast<float*>(buffer.data());
  for (int i = 0; i < 1000; ++i) data[i] = static_cast<float>(i);
  request->inputs = {{DType::kFloat32, {1000}, data, buffer.size()}};
  request->outputs.resize(1);
  request->outputs[0].index = 1;
  engine->submit(request);
  sink->wait(1);
  // Whoever comes next gets the memory of the inputs.
  Buffer next(host_pool(), 1000 * sizeof(float));
  std::memset(next.data(), 0x55, next.size());
  EXPECT_EQ(values_of(request->outputs[0].view)[999], 999.0F);
  request->outputs.clear();
  testing::Event closed;
  engine->close([&] { closed.set(); });
  closed.wait("the engine to close");
}

}  // namespace
}  // namespace ntrt
