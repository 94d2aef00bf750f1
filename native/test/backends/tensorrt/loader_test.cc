// Finding TensorRT: libraries that only say a version, in folders as installations have them.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "backends/tensorrt/loader/library.h"
#include "core/error.h"
#include "test/model/temp_folder.h"
#include "test/support/built.h"

namespace ntrt::tensorrt {
namespace {

namespace fs = std::filesystem;

class TensorRtLoader : public ::testing::Test {
 protected:
  /// A library of this version ("11_2") as `path` below the root.
  std::string install(const std::string& version, const std::string& path) {
    const fs::path file = root_ / path;
    fs::create_directories(file.parent_path());
    fs::copy_file(fs::path(built::kVersionedLibraries) / ("versioned_" + version + ".so"), file);
    return file.string();
  }

  void set(const std::string& name, const std::string& value) { variables_[name] = value; }

  Surroundings surroundings() const {
    return {[this](const char* name) {
              const auto found = variables_.find(name);
              return found == variables_.end() ? std::string() : found->second;
            },
            root_.path().string()};
  }

  Search<Library> find(Flavour flavour) const { return find_library(flavour, surroundings()); }

  std::string path(const std::string& name) const { return (root_ / name).string(); }

  static std::string cause(const Search<Library>& search, const std::string& path) {
    for (const Attempt& attempt : search.attempts) {
      if (attempt.path == path) return attempt.cause;
    }
    return "not tried";
  }

  ntrt::testing::TempFolder root_;
  std::map<std::string, std::string> variables_;
};

TEST_F(TensorRtLoader, FindsNothingOnAMachineWithoutItAndSaysWhereItLooked) {
  set("CUDA_HOME", path("cuda"));
  fs::create_directories(root_ / "cuda/lib64");
  for (const Flavour flavour : {Flavour::kTensorRt, Flavour::kTensorRtLean, Flavour::kTensorRtRtx}) {
    const std::string library(info_of(flavour).library);
    const Search<Library> search = find(flavour);
    EXPECT_FALSE(search);
    EXPECT_NE(cause(search, library).find("cannot open"), std::string::npos) << cause(search, library);
    EXPECT_EQ(cause(search, path("cuda/lib64")), "there is no " + library + " in it");
  }
}

TEST_F(TensorRtLoader, TakesTheGivenFolderBeforeAllElse) {
  const std::string given = install("11_2", "given/libnvinfer.so.11");
  install("11_2", "usr/local/cuda/lib64/libnvinfer.so.11");
  set("NODE_TENSORRT_LIBRARY_PATH", path("elsewhere") + ":" + path("given"));
  const Search<Library> search = find(Flavour::kTensorRt);
  ASSERT_TRUE(search);
  EXPECT_EQ(search.found->path, given);
  EXPECT_EQ(to_string(search.found->version), "11.2.1.7");
  ASSERT_EQ(search.attempts.size(), 1U);
  EXPECT_EQ(cause(search, path("elsewhere")), "there is no such file or folder");
}

TEST_F(TensorRtLoader, TakesAGivenFileAndThePathOfAnotherFlavourForWhatItIs) {
  const std::string rtx = install("1_7", "sdk/libtensorrt_rtx.so.1.7.1");
  set("NODE_TENSORRT_LIBRARY_PATH", rtx);
  EXPECT_EQ(find(Flavour::kTensorRtRtx).found->path, rtx);
  EXPECT_FALSE(find(Flavour::kTensorRt));
  EXPECT_EQ(cause(find(Flavour::kTensorRt), rtx), "not tried");
}

TEST_F(TensorRtLoader, DoesNotPassOverAGivenLibraryThatCannotBeUsed) {
  const std::string old = install("10_3", "given/libnvinfer.so.11");
  install("11_2", "usr/local/cuda/lib64/libnvinfer.so.11");
  set("NODE_TENSORRT_LIBRARY_PATH", path("given"));
  const Search<Library> search = find(Flavour::kTensorRt);
  EXPECT_FALSE(search);
  EXPECT_EQ(search.attempts.size(), 1U);
  EXPECT_EQ(cause(search, old), "it is version 10.3.1.7; needed is 11.0 or newer, before 12.0");
}

TEST_F(TensorRtLoader, FindsPythonPackages) {
  const std::string of_system = install("11_2", "usr/lib/python3.11/dist-packages/tensorrt_libs/libnvinfer.so.11");
  EXPECT_EQ(find(Flavour::kTensorRt).found->path, of_system);
  const std::string of_user =
      install("11_2", "home/.local/lib/python3.12/site-packages/tensorrt_libs/libnvinfer.so.11");
  set("HOME", path("home"));
  EXPECT_EQ(find(Flavour::kTensorRt).found->path, of_user);
  const std::string of_venv = install("11_2", "venv/lib/python3.12/site-packages/tensorrt_libs/libnvinfer.so.11");
  set("VIRTUAL_ENV", path("venv"));
  EXPECT_EQ(find(Flavour::kTensorRt).found->path, of_venv);
  const std::string lean =
      install("11_2", "venv/lib/python3.12/site-packages/tensorrt_lean_libs/libnvinfer_lean.so.11");
  EXPECT_EQ(find(Flavour::kTensorRtLean).found->path, lean);
  EXPECT_EQ(find(Flavour::kTensorRtLean).found->parser, "");
  const std::string rtx =
      install("1_7", "venv/lib/python3.12/site-packages/onnxruntime_ep_nv_tensorrt_rtx/libtensorrt_rtx.so.1.7.1");
  EXPECT_EQ(find(Flavour::kTensorRtRtx).found->path, rtx);
}

TEST_F(TensorRtLoader, FindsPrefixesOfCudaAndConda) {
  const std::string usual = install("11_2", "usr/local/cuda/lib64/libnvinfer.so.11");
  EXPECT_EQ(find(Flavour::kTensorRt).found->path, usual);
  const std::string conda = install("11_2", "conda/lib/libnvinfer.so.11");
  set("CONDA_PREFIX", path("conda"));
  EXPECT_EQ(find(Flavour::kTensorRt).found->path, conda);
  const std::string sdk = install("11_2", "sdk/lib/libnvinfer.so.11");
  set("TENSORRT_ROOT", path("sdk"));
  EXPECT_EQ(find(Flavour::kTensorRt).found->path, sdk);
}

TEST_F(TensorRtLoader, GoesOnPastAVersionThatItDoesNotFit) {
  const std::string before = install("1_4", "conda/lib/libtensorrt_rtx.so.1");
  set("CONDA_PREFIX", path("conda"));
  const std::string good = install("1_7", "usr/local/cuda/lib64/libtensorrt_rtx.so.1");
  const Search<Library> search = find(Flavour::kTensorRtRtx);
  ASSERT_TRUE(search);
  EXPECT_EQ(search.found->path, good);
  EXPECT_EQ(cause(search, before), "it is version 1.4.1.7; needed is 1.5 or newer, before 2.0");
}

TEST_F(TensorRtLoader, RefusesWhatIsNoLibraryOfTensorRt) {
  root_.write("given/libnvinfer.so.11", "no library");
  set("NODE_TENSORRT_LIBRARY_PATH", path("given"));
  EXPECT_NE(cause(find(Flavour::kTensorRt), path("given/libnvinfer.so.11")).find("cannot open"), std::string::npos);
}

TEST_F(TensorRtLoader, TakesTheNewestOfAFolder) {
  for (const char* name : {"libtensorrt_rtx.so.1.5.9", "libtensorrt_rtx.so.1.10.0", "libtensorrt_rtx.so.1.7.1",
                           "libtensorrt_rtx.so.1.x", "libtensorrt_rtx.so.10", "libtensorrt_rtx.so.1.7.1.bak"}) {
    root_.write(name, "");
  }
  const std::string folder = root_.path().string();
  EXPECT_EQ(find_in_folder(folder, "libtensorrt_rtx.so.1"), path("libtensorrt_rtx.so.1.10.0"));
  root_.write("libtensorrt_rtx.so.1", "");
  EXPECT_EQ(find_in_folder(folder, "libtensorrt_rtx.so.1"), path("libtensorrt_rtx.so.1"));
  EXPECT_EQ(find_in_folder(folder, "libnvinfer.so.11"), "");
  EXPECT_EQ(find_in_folder(path("nowhere"), "libnvinfer.so.11"), "");
}

TEST_F(TensorRtLoader, FindsTheParserBesideTheLibrary) {
  install("1_7", "given/libtensorrt_rtx.so.1.7.1");
  set("NODE_TENSORRT_LIBRARY_PATH", path("given"));
  EXPECT_EQ(find(Flavour::kTensorRtRtx).found->parser, "libtensorrt_onnxparser_rtx.so.1") << "left to the system";
  root_.write("given/libtensorrt_onnxparser_rtx.so.1.7.1", "");
  EXPECT_EQ(find(Flavour::kTensorRtRtx).found->parser, path("given/libtensorrt_onnxparser_rtx.so.1.7.1"));
}

TEST_F(TensorRtLoader, RequiringWhatIsNotThereSaysWhatWasTried) {
  try {
    require_library(Flavour::kTensorRtRtx, surroundings());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kBackendUnavailable);
    EXPECT_NE(error.message().find("no library of tensorrt-rtx: libtensorrt_rtx.so.1 ("), std::string::npos)
        << error.message();
  }
  install("1_7", "usr/local/cuda/lib64/libtensorrt_rtx.so.1");
  const auto library = require_library(Flavour::kTensorRtRtx, surroundings());
  EXPECT_NE(library->symbol("getInferLibMajorVersion"), nullptr);
  EXPECT_THROW(library->symbol("createInferRuntime_INTERNAL"), Error);
}

TEST_F(TensorRtLoader, TellsWhatAVersionCanDo) {
  install("11_2", "usr/local/cuda/lib64/libnvinfer.so.11");
  const auto tensorrt = find(Flavour::kTensorRt).found;
  EXPECT_TRUE(tensorrt->supports(Feature::kTimingCache));
  EXPECT_FALSE(tensorrt->supports(Feature::kRuntimeCache));
  EXPECT_FALSE(tensorrt->supports(Feature::kBuildRoutes));
  EXPECT_TRUE(supports(Flavour::kTensorRt, {11, 4, 0, 0}, Feature::kBuildRoutes));
  EXPECT_FALSE(supports(Flavour::kTensorRtLean, {11, 4, 0, 0}, Feature::kBuilder));
  EXPECT_FALSE(supports(Flavour::kTensorRtRtx, {1, 5, 9, 9}, Feature::kDeferredWeights));
  EXPECT_TRUE(supports(Flavour::kTensorRtRtx, {1, 6}, Feature::kDeferredWeights));
  EXPECT_FALSE(supports(Flavour::kTensorRtRtx, {1, 7}, Feature::kTimingCache));
}

TEST(TensorRtSurroundings, AreThoseOfTheProcess) {
  const Surroundings real = Surroundings::real();
  EXPECT_NE(real.variable("PATH"), "");
  EXPECT_EQ(real.variable("NODE_TENSORRT_NO_SUCH_VARIABLE"), "");
  EXPECT_EQ(real.root, "");
}

}  // namespace
}  // namespace ntrt::tensorrt
