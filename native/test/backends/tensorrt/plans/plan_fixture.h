#pragma once
// Plans on the stand-ins: built by the module, loaded and run through the addon's backend.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/registry.h"
#include "backends/tensorrt/module/module_api.h"
#include "core/shared_library.h"
#include "test/cuda/standin_control.h"
#include "test/model/temp_folder.h"
#include "test/support/built.h"
#include "test/support/model_runner.h"
#include "test/support/onnx_models.h"

namespace ntrt::testing {

using cuda::testing::Setting;
using cuda::testing::take_violations;

inline const NtrtModule& open_module(const char* path = built::kBackendModule) {
  return *reinterpret_cast<NtrtModuleEntry>(load_symbol(path, "node_tensorrt_module"))(NTRT_MODULE_ABI);
}

/// Three devices, violations counted; what computes is ONNX Runtime, but for ThreadSanitizer, which does not see into
/// it.
inline void prepare_standins() {
  static const bool kIsDone = [] {
    setenv("STANDIN_DEVICES", "3", 1);
    setenv("NODE_TENSORRT_CUDA_LIBRARY", built::kStandinCuda, 1);
    setenv("NODE_TENSORRT_NVML_LIBRARY", built::kStandinNvml, 1);
    setenv("NODE_TENSORRT_LIBRARY_PATH", built::kStandinFolder, 1);
#ifdef __SANITIZE_THREAD__
    setenv("STANDIN_TENSORRT_COMPUTE", "stub", 1);
#endif
    STANDIN(standin_set)("STANDIN_ON_VIOLATION", "count");
    return true;
  }();
  static_cast<void>(kIsDone);
}

/// One profile: "x=1x4,2x4,8x4" of each input.
using ProfileTexts = std::vector<std::string>;

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class PlanTest : public ::testing::Test {
 protected:
  PlanTest() { prepare_standins(); }
  void SetUp() override {
#ifndef __SANITIZE_THREAD__
    if (std::getenv("NODE_TENSORRT_ONNXRUNTIME") == nullptr) {  // NOLINT(concurrency-mt-unsafe): nobody writes it
      GTEST_SKIP() << "NODE_TENSORRT_ONNXRUNTIME does not name ONNX Runtime, with which the stand-ins compute";
    }
#endif
  }
  /// Whoever holds an engine has let it go.
  void TearDown() override {
    EXPECT_EQ(take_violations(), "");
    EXPECT_EQ(STANDIN(standin_used_bytes)(0), 0U);
  }

  /// The bytes of a plan; fails the test where there is none.
  std::string build(const std::string& model, const std::vector<ProfileTexts>& profiles,
                    std::vector<std::string> more = {}, const char* module = built::kBackendModule) {
    const std::string model_path = folder_.write("model.onnx", model).string();
    const std::string plan_path = (folder_ / "built.plan").string();
    std::vector<std::string> words = {"build", "--model", model_path, "--plan", plan_path};
    for (const ProfileTexts& profile : profiles) {
      words.insert(words.end(), {"--profile", ""});
      for (const std::string& shape : profile) words.insert(words.end(), {"--shape", shape});
    }
    words.insert(words.end(), more.begin(), more.end());
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    std::string events;
    const auto note = [](void* context, const char* json, size_t size) {
      static_cast<std::string*>(context)->append(json, size).append("\n");
    };
    EXPECT_EQ(open_module(module).command(arguments.data(), arguments.size(), note, &events), 0) << events;
    return file_text(plan_path);
  }

  /// For a plan in a file of its own.
  PlanRequest request(const std::string& plan) {
    PlanRequest request;
    request.module = built::kBackendModule;
    request.flavour = built::kBackendFlavour;
    request.file = folder_.write("plan-" + std::to_string(num_files_++), plan).string();
    request.bytes = plan.size();
    return request;
  }

  static std::unique_ptr<LoadedModel> load(const PlanRequest& request) {
    LoadCancellation cancellation;
    const auto backend = create_backend({.plan = &request});
    return backend->load(ModelSource::from_file(request.file), {}, cancellation);
  }
  std::unique_ptr<LoadedModel> load(const std::string& plan) { return load(request(plan)); }

  /// y = x, float32 of N rows of 4; 1 to 8 of them.
  std::string identity_plan() { return build(identity_model(DType::kFloat32, {"N", "4"}), {{"x=1x4,2x4,8x4"}}); }

  TempFolder folder_;

 private:
  int num_files_ = 0;
};

/// "" where there is none of that name.
inline std::string detail_of(const Error& error, std::string_view key) {
  for (const Detail& detail : error.details()) {
    if (detail.key != key) continue;
    const auto* const text = std::get_if<std::string>(&detail.value);
    return text != nullptr ? *text : std::to_string(std::get<double>(detail.value));
  }
  return "";
}

/// `rows` rows of 4: 0, 1, 2 …
inline std::vector<float> counted_rows(size_t rows, float first = 0) {
  std::vector<float> values(rows * 4);
  for (float& value : values) value = first++;
  return values;
}
inline TensorView rows_view(std::vector<float>& values) {
  return view_of({static_cast<int64_t>(values.size() / 4), 4}, values);
}

}  // namespace ntrt::testing
