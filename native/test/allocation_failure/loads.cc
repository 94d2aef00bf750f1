// Every allocation of ours in a load fails in turn: see loop.h.

#include <gtest/gtest.h>

#include "runtime/process_exit.h"
#include "test/allocation_failure/engine_fixture.h"
#include "test/model/temp_folder.h"

namespace ntrt {
namespace {

using testing::AllocationFailure;
using testing::fail_each_allocation;
using testing::failure_of;
using testing::Failures;
using testing::load_request;

TEST_P(AllocationFailure, OfALoadFromBytes) {
  EXPECT_GT(fail_loads([] { return load_request(testing::arithmetic_model()); }), 50U);
}

TEST_P(AllocationFailure, OfALoadFromAFile) {
  const testing::TempFolder folder;
  const std::string path = folder.write("model.onnx", testing::arithmetic_model()).string();
  fail_loads([&] {
    LoadRequest request = load_request("");
    request.path = folder.path().string();  // the folder stands for the model in it
    return request;
  });
}

std::string external_model() {
  return testing::make_model({{testing::operation("Add", {"x", "w"}, {"y"})},
                              {testing::typed_value("x", DType::kFloat32, {"4"})},
                              {testing::typed_value("y", DType::kFloat32, {"4"})},
                              {testing::external_tensor("w", "weights of this model.bin", "0", "16")}});
}

TEST_P(AllocationFailure, OfALoadWithExternalDataInAFile) {
  const testing::TempFolder folder;
  const std::string path = folder.write("model.onnx", external_model()).string();
  folder.write("weights of this model.bin", std::string(16, '\0'));
  fail_loads([&] {
    LoadRequest request = load_request("");
    request.path = path;
    return request;
  });
}

TEST_P(AllocationFailure, OfALoadWithExternalDataInMemory) {
  fail_loads([] {
    LoadRequest request = load_request(external_model());
    request.external_files = {{"weights of this model.bin", testing::shared_bytes(std::vector<std::byte>(16))}};
    return request;
  });
}

TEST_P(AllocationFailure, OfALoadThatIsRefused) {
  const std::string model = testing::make_model({{testing::operation("NoSuchOperator", {"x"}, {"y"})},
                                                 {testing::typed_value("x", DType::kFloat32, {"n"})},
                                                 {testing::typed_value("y", DType::kFloat32, {"n"})},
                                                 {}});
  for (size_t n = 1;; ++n) {
    ASSERT_LT(n, testing::kMostAllocations);
    testing::Load refused(load_request(model));
    std::optional<Error> error;
    testing::arm(n, GetParam(), testing::Callers::kOurs);
    if (const auto thrown = failure_of([&] { error = refused.act(); })) error = thrown;
    const bool done = testing::disarm() < n;
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->code() == Code::kOutOfMemory || error->code() == Code::kModelInvalid) << error->message();
    expect_nothing_kept();
    if (done) {
      EXPECT_EQ(error->code(), Code::kModelInvalid) << error->message();
      break;
    }
  }
}

// The first load of a process opens the library, so it has a process of its own.
TEST(AllocationFailureDeathTest, OfTheFirstLoad) {
  if (testing::onnxruntime_path().empty()) GTEST_SKIP() << "NODE_TENSORRT_ONNXRUNTIME is not set";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        watch_main_thread();  // as the addon does when it is opened
        testing::set_our_module(reinterpret_cast<const void*>(&create_backend));
        const size_t allocations = fail_each_allocation(
            Failures::kOne, [] { return std::make_unique<testing::Load>(load_request(testing::arithmetic_model())); },
            [](const auto& load) {
              std::optional<Error> error;
              if (const auto thrown = failure_of([&] { error = load->act(); })) error = thrown;
              return error;
            },
            [](const auto&, const auto&) {});
        std::_Exit(allocations > 50 && !::testing::Test::HasFailure() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ntrt
