// Which modules the addon uses, and what it hands to them.
#include "backends/tensorrt/module_library.h"

#include <gtest/gtest.h>

#include "backends/registry.h"
#include "test/model/temp_folder.h"
#include "test/support/built.h"
#include "test/support/model_runner.h"
#include "test/support/onnx_models.h"

namespace ntrt::testing {
namespace {

using tensorrt::ModuleLibrary;

std::string odd(const std::string& name) { return std::string(built::kOddModules) + "/" + name; }

Error refusal(const std::string& path, const std::string& flavour = "tensorrt") {
  return error_of([&] { ModuleLibrary::open(path, flavour); });
}

TEST(ModuleLibrary, RefusesALibraryThatIsNoModule) {
  const Error error = refusal("/nowhere/module.so");
  EXPECT_EQ(error.code(), Code::kBackendUnavailable);
  EXPECT_EQ(detail(error, "path"), "/nowhere/module.so");
}

TEST(ModuleLibrary, RefusesModulesThatAreNotOfThisVersion) {
  for (const char* name : {"silent.so", "old.so", "early.so", "none.so"}) {
    const Error error = refusal(odd(name));
    EXPECT_EQ(error.code(), Code::kBackendUnavailable) << name;
    EXPECT_NE(detail(error, "path").find(name), std::string::npos);
    EXPECT_NE(detail(error, "cause"), "");
  }
  EXPECT_EQ(detail(refusal(odd("silent.so")), "expected"), std::to_string(NTRT_MODULE_ABI));
  EXPECT_NE(detail(refusal(odd("old.so")), "received").find("11.0.0"), std::string::npos);
}

TEST(ModuleLibrary, RefusesAModuleOfAnotherFlavourAndNamesBoth) {
  const Error error = refusal(odd("early.so"), "tensorrt-rtx");
  EXPECT_EQ(error.code(), Code::kBackendUnavailable);
  EXPECT_EQ(detail(error, "expected"), "tensorrt-rtx");
  EXPECT_EQ(detail(error, "received"), "tensorrt");
}

class ModuleBackendTest : public ::testing::Test {
 protected:
  ModuleBackendTest() {
    request_.module = odd("refusing.so");
    request_.flavour = "tensorrt";
    request_.file = folder_.write("some.plan", "eight by").string();
    request_.bytes = 8;
  }
  Error load_error(const std::function<void()>& on_open = [] {}) const {
    LoadCancellation cancellation;
    return error_of([&] {
      create_backend({.plan = &request_, .on_open = on_open})
          ->load(ModelSource::from_file(request_.file), {}, cancellation);
    });
  }
  TempFolder folder_;
  PlanRequest request_;
};

TEST_F(ModuleBackendTest, SaysWhatTheModuleSaysAndIsOpenAllTheSame) {
  int num_opened = 0;
  const Error error = load_error([&] { ++num_opened; });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_EQ(error.message(), "not this one");
  EXPECT_EQ(detail(error, "reason"), "refused");
  load_error([&] { ++num_opened; });
  EXPECT_LE(num_opened, 1);  // once per process
}

TEST_F(ModuleBackendTest, TellsTheLogOfTheRequest) {
  struct Lines final : PlanLog {
    std::vector<std::pair<int, std::string>> lines;
    void add(int severity, const char* text) noexcept override { lines.emplace_back(severity, text); }
  };
  const auto log = std::make_shared<Lines>();
  request_.log = log;
  load_error();
  ASSERT_EQ(log->lines.size(), 1U);
  EXPECT_EQ(log->lines[0].first, 2);
  EXPECT_EQ(log->lines[0].second, "a word before");
}

TEST_F(ModuleBackendTest, RefusesAFileThatEndsBeforeThePlanDoes) {
  const std::vector<std::pair<uint64_t, uint64_t>> parts = {{1, 8}, {0, 9}, {9, 0}, {1, ~uint64_t{0}}};
  for (const auto& [offset, bytes] : parts) {
    request_.offset = offset;
    request_.bytes = bytes;
    const Error error = load_error();
    EXPECT_EQ(error.code(), Code::kModelInvalid) << offset << ' ' << bytes;
    EXPECT_EQ(detail(error, "reason"), "truncated");
  }
}

}  // namespace
}  // namespace ntrt::testing
