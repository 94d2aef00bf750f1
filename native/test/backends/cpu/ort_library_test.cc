// Opening ONNX Runtime: once per process, so each failure has a process of its own.

#include <gtest/gtest.h>

#include "backends/cpu/ort_api.h"
#include "test/model/onnx_builder.h"
#include "test/support/ort.h"

namespace ntrt {
namespace {

#ifdef GTEST_HAS_DEATH_TEST
/// Exits with 0 if opening `path` fails as it should and does not call back.
void open_in_vain(const std::string& path) {
  bool called = false;
  const Error error = testing::error_of([&] { cpu::OrtLibrary::open(path, [&] { called = true; }); });
  const bool right = error.code() == Code::kBackendUnavailable && testing::detail(error, "path") == path &&
                     !testing::detail(error, "cause").empty() && !called;
  std::fprintf(stderr, "%s\n", error.message().c_str());
  std::_Exit(right ? 0 : 1);
}

TEST(OrtLibraryDeathTest, AMissingFileIsBackendUnavailable) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(open_in_vain("/nowhere/libonnxruntime.so.1"), ::testing::ExitedWithCode(0), "/nowhere");
  EXPECT_EXIT(open_in_vain("/dev/null"), ::testing::ExitedWithCode(0), "/dev/null");
}

#ifdef __linux__
TEST(OrtLibraryDeathTest, AnotherLibraryIsBackendUnavailable) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(open_in_vain("libm.so.6"), ::testing::ExitedWithCode(0), "OrtGetApiBase");
}
#endif
#endif

class OrtLibrary : public testing::OrtTest {};

TEST_F(OrtLibrary, IsOpenedOnceWhateverThePath) {
  cpu::OrtLibrary& first = cpu::OrtLibrary::open(testing::onnxruntime_path(), [] {});
  int calls = 0;
  EXPECT_EQ(&cpu::OrtLibrary::open("/nowhere", [&] { ++calls; }), &first);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(&cpu::OrtLibrary::current(), &first);
  EXPECT_FALSE(first.version().empty());
}

TEST_F(OrtLibrary, TypesGoThereAndBack) {
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto type = static_cast<DType>(i);
    EXPECT_EQ(cpu::from_ort(cpu::to_ort(type), "x"), type);
  }
  const Error error = testing::error_of([] { cpu::from_ort(ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64, "spectrum"); });
  EXPECT_EQ(error.code(), Code::kUnsupported);
  EXPECT_EQ(testing::detail(error, "tensor"), "spectrum");
}

TEST_F(OrtLibrary, StatusesBecomeErrorsByTheStepThatFailed) {
  const OrtApi& api = cpu::OrtLibrary::open(testing::onnxruntime_path(), [] {}).api();
  const auto code = [&](OrtErrorCode ort, cpu::Step step) {
    return testing::error_of([&] { cpu::check(api, api.CreateStatus(ort, "text"), step); }).code();
  };
  EXPECT_EQ(code(ORT_FAIL, cpu::Step::kLoad), Code::kModelInvalid);
  EXPECT_EQ(code(ORT_INVALID_GRAPH, cpu::Step::kLoad), Code::kModelInvalid);
  EXPECT_EQ(code(ORT_NOT_IMPLEMENTED, cpu::Step::kLoad), Code::kUnsupported);
  EXPECT_EQ(code(ORT_FAIL, cpu::Step::kRun), Code::kBackendError);
  EXPECT_EQ(code(ORT_INVALID_ARGUMENT, cpu::Step::kRun), Code::kBackendError);
  cpu::check(api, nullptr, cpu::Step::kRun);
}

}  // namespace
}  // namespace ntrt
