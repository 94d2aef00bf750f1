// Allocations that the host pool refuses: an error that says so, and an engine that still works.

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "backends/cpu/ort_api.h"
#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::error_of;
using testing::values_of;
using testing::view_of;

class CpuOutOfMemory : public testing::OrtTest {
 protected:
  /// Zeros of the shape that the input says: any amount of memory on demand.
  static std::vector<OutputRequest> zeros(CpuRunner& runner, std::vector<int64_t> shape) {
    return runner.run({view_of(DType::kInt64, {static_cast<int64_t>(shape.size())}, shape)});
  }
};

constexpr int64_t kHuge = int64_t{1} << 46;  // floats: more than a process can address

TEST_F(CpuOutOfMemory, DuringARunSaysHowMuchWasWanted) {
  CpuRunner runner(testing::zeros_model(1));
  const Error error = error_of([&] { zeros(runner, {kHuge}); });
  EXPECT_EQ(error.code(), Code::kOutOfMemory) << error.message();
  EXPECT_EQ(testing::detail(error, "kind"), "host");
  ASSERT_GE(error.details().size(), 2U);
  EXPECT_EQ(error.details()[1].key, "requestedBytes");
  EXPECT_GE(std::get<double>(error.details()[1].value), static_cast<double>(kHuge) * 4);
}

TEST_F(CpuOutOfMemory, IsCountedByThePool) {
  CpuRunner runner(testing::zeros_model(1));
  const uint64_t before = host_pool().stats().num_ooms;
  EXPECT_THROW(zeros(runner, {kHuge}), Error);
  EXPECT_EQ(host_pool().stats().num_ooms, before + 1);
}

TEST_F(CpuOutOfMemory, LeavesTheNextRunRightAndNothingAllocated) {
  CpuRunner runner(testing::zeros_model(1));
  zeros(runner, {3});
  const uint64_t base = host_pool().stats().allocated.current;
  for (int i = 0; i < 10; ++i) {
    EXPECT_THROW(zeros(runner, {kHuge}), Error);
    const auto outputs = zeros(runner, {4});
    EXPECT_EQ(values_of(outputs[0].view), std::vector<float>(4, 0));
  }
  EXPECT_EQ(host_pool().stats().allocated.current, base);
}

TEST_F(CpuOutOfMemory, InAModelThatIsLoadedIsNotABadModel) {
  // A constant expression is computed while the model is loaded.
  const std::string shape(reinterpret_cast<const char*>(&kHuge), sizeof(kHuge));
  const std::string model =
      testing::make_model({{testing::operation("ConstantOfShape", {"s"}, {"zeros"}),
                            testing::operation("Size", {"zeros"}, {"n"}), testing::operation("Add", {"n", "x"}, {"y"})},
                           {testing::typed_value("x", DType::kInt64, {})},
                           {testing::typed_value("y", DType::kInt64, {})},
                           {testing::tensor_head("s", {1}, 7).bytes(9, shape)}});
  Error error = error_of([&] {
    CpuRunner runner(model);
    std::vector<int64_t> x = {1};
    runner.run({view_of(DType::kInt64, {}, x)});
  });
  EXPECT_EQ(error.code(), Code::kOutOfMemory) << error.message();
}

TEST_F(CpuOutOfMemory, IsNotBlamedForTheNextError) {
  CpuRunner runner(testing::zeros_model(1));
  EXPECT_THROW(zeros(runner, {kHuge}), Error);
  EXPECT_EQ(error_of([&] { zeros(runner, {-5}); }).code(), Code::kBackendError);
  EXPECT_EQ(error_of([&] { zeros(runner, {1, 2}); }).code(), Code::kBackendError);
}

// ONNX Runtime goes on after some failed allocations, for example when a memory plan of one block does not fit.
TEST_F(CpuOutOfMemory, ThatOnnxRuntimeSurvivedIsNotBlamedForALaterError) {
  CpuRunner runner(testing::zeros_model(1));
  const cpu::OrtLibrary& ort = cpu::OrtLibrary::current();
  OrtAllocator* allocator = nullptr;
  cpu::check(ort.api(), ort.api().GetSharedAllocator(ort.env(), ort.memory_info(), &allocator), cpu::Step::kRun);
  void* block = nullptr;
  OrtStatus* status = nullptr;
  try {
    status = ort.api().AllocatorAlloc(allocator, size_t{1} << 48, &block);
  } catch (const std::bad_alloc&) {
    block = nullptr;
  }
  EXPECT_EQ(block, nullptr);
  ort.api().ReleaseStatus(status);
  EXPECT_EQ(error_of([&] { zeros(runner, {1, 2}); }).code(), Code::kBackendError);
}

}  // namespace
}  // namespace ntrt
