// The file that keeps what TensorRT-RTX compiles, and that TensorRT has none.
#include <atomic>
#include <regex>
#include <thread>

#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

namespace fs = std::filesystem;

class RuntimeCacheTest : public PlanTest {
 protected:
  PlanRequest cached(const fs::path& path, const std::string& device = "") {
    PlanRequest one = request(identity_plan());
    one.runtime_cache = path.string();
    one.device = device;
    return one;
  }

  /// Loads the plan, runs it with so many rows (0: not at all), unloads it, and returns the cache's state at the load.
  static std::string use(const PlanRequest& one, size_t rows) {
    auto model = load(one);
    const std::string state = state_of(model->facts());
    run_rows(*model, rows);
    return state;
  }

  static void run_rows(LoadedModel& model, size_t rows) {
    if (rows == 0) return;
    const auto instance = model.create_instance();
    std::vector<float> values = counted_rows(rows);
    const std::vector<TensorView> inputs = {rows_view(values)};
    std::vector<OutputRequest> outputs(1);
    instance->run(inputs, outputs);
    EXPECT_EQ(values_of(outputs[0].view), values);
  }

  static std::string state_of(const std::string& facts) {
    std::smatch match;
    const std::regex pattern(R"re("runtimeCache":\{"path":"[^"]*","state":"(\w+)"\})re");
    EXPECT_TRUE(std::regex_search(facts, match, pattern)) << facts;
    return match.str(1);
  }

  size_t num_entries(const fs::path& folder) {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  const fs::path folder_of_cache_ = folder_.write("caches/unused", "").parent_path();
  const fs::path path_ = folder_of_cache_ / "identity.cache";
};

TEST_F(RuntimeCacheTest, AnEngineWithoutOneHasNone) {
  EXPECT_EQ(use(request(identity_plan()), 1), "none");
  EXPECT_EQ(num_entries(folder_of_cache_), 1U);
}

#ifndef BACKEND_IS_RTX

TEST_F(RuntimeCacheTest, TensorRtIgnoresIt) {
  folder_.write("caches/identity.cache", "kept");
  EXPECT_EQ(use(cached(path_), 1), "none");
  EXPECT_EQ(file_text(path_), "kept");
}

#else

TEST_F(RuntimeCacheTest, IsWrittenByTheFirstEngineAndReadByTheNext) {
  EXPECT_EQ(use(cached(path_), 2), "new");
  const std::string first = file_text(path_);
  EXPECT_NE(first, "");
  EXPECT_EQ(use(cached(path_), 3), "read");
  EXPECT_GT(file_text(path_).size(), first.size());
  EXPECT_EQ(num_entries(folder_of_cache_), 2U);  // nothing stays beside it
}

TEST_F(RuntimeCacheTest, IsNotWrittenAgainWhenNothingWasAdded) {
  use(cached(path_), 2);
  const auto old = fs::last_write_time(path_) - std::chrono::hours(1);
  fs::last_write_time(path_, old);
  EXPECT_EQ(use(cached(path_), 2), "read");
  EXPECT_EQ(fs::last_write_time(path_), old);
}

TEST_F(RuntimeCacheTest, IsNotWrittenWhenNothingRan) {
  EXPECT_EQ(use(cached(path_), 0), "new");
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RuntimeCacheTest, IsSharedByTheInstancesOfAnEngine) {
  {
    const auto model = load(cached(path_));
    std::vector<std::thread> threads;
    for (size_t rows = 1; rows <= 4; ++rows) threads.emplace_back([&, rows] { run_rows(*model, rows); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_FALSE(fs::exists(path_));
  }
  const std::string all = file_text(path_);
  for (const char* shape : {"[1, 4]", "[2, 4]", "[3, 4]", "[4, 4]"}) EXPECT_NE(all.find(shape), std::string::npos);
}

TEST_F(RuntimeCacheTest, OfAnotherDeviceIsMadeAnew) {
  use(cached(path_), 2);
  const std::string of_first = file_text(path_);
  EXPECT_EQ(use(cached(path_, "1"), 0), "stale");
  EXPECT_EQ(file_text(path_), of_first);
  EXPECT_EQ(use(cached(path_, "1"), 2), "stale");
  EXPECT_NE(file_text(path_), of_first);
  EXPECT_EQ(use(cached(path_, "1"), 2), "read");
}

TEST_F(RuntimeCacheTest, ThatIsDamagedIsMadeAnew) {
  use(cached(path_), 2);
  const std::string whole = file_text(path_);
  std::string flipped = whole;
  flipped.back() ^= 1;
  for (const std::string& damaged :
       {flipped, whole.substr(0, whole.size() - 1), whole + "x", std::string("x"), std::string()}) {
    folder_.write("caches/identity.cache", damaged);
    EXPECT_EQ(use(cached(path_), 2), "stale") << damaged.size();
    EXPECT_EQ(file_text(path_), whole);
  }
}

TEST_F(RuntimeCacheTest, ThatIsDamagedCostsOneWarning) {
  folder_.write("caches/identity.cache", "damaged");
  const NtrtRuntime& runtime = *open_module().runtime;
  const std::string plan = identity_plan();
  std::vector<std::string> warnings;
  const auto note = [](void* context, int severity, const char* text) {
    constexpr int kWarning = 2;
    if (severity == kWarning) static_cast<std::vector<std::string>*>(context)->emplace_back(text);
  };
  const std::string path = path_.string();
  const NtrtPlanRequest one{.size = sizeof(NtrtPlanRequest),
                            .library = "",
                            .device = "",
                            .plan = plan.data(),
                            .plan_bytes = plan.size(),
                            .log = note,
                            .log_context = &warnings,
                            .runtime_cache = path.c_str()};
  NtrtEngine* engine = nullptr;
  ASSERT_EQ(runtime.load(&one, &engine), nullptr);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find(path), std::string::npos);
  EXPECT_NE(warnings[0].find("truncated"), std::string::npos);  // as the library said
  // What the library said then is no part of what fails later.
  const Setting fault("STANDIN_FAULTS", "createExecutionContext");
  NtrtInstance* instance = nullptr;
  const NtrtFailure* const failure = runtime.create_instance(engine, &instance);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(std::string(failure->message).find("runtime cache"), std::string::npos);
  runtime.release_failure(failure);
  runtime.unload(engine);
}

TEST_F(RuntimeCacheTest, IsNoErrorWhereItCannotBeWritten) {
  EXPECT_EQ(use(cached(folder_of_cache_ / "none" / "identity.cache"), 2), "new");
  folder_.write("caches/file", "");
  EXPECT_EQ(use(cached(folder_of_cache_ / "file" / "identity.cache"), 2), "new");
  EXPECT_EQ(use(cached("/proc/identity.cache"), 2), "new");
  EXPECT_FALSE(fs::exists(folder_of_cache_ / "none"));
}

TEST_F(RuntimeCacheTest, ReplacesNothingThatIsNoFile) {
  EXPECT_EQ(use(cached(folder_of_cache_), 2), "stale");
  EXPECT_TRUE(fs::is_directory(folder_of_cache_));
  const fs::path link = folder_of_cache_ / "device";
  fs::create_symlink("/dev/null", link);
  EXPECT_EQ(use(cached(link), 2), "stale");
  EXPECT_TRUE(fs::is_symlink(link));
}

TEST_F(RuntimeCacheTest, IsNoErrorWhereTensorRtDoesNotMakeOne) {
  for (const char* function : {"createRuntimeConfig", "createRuntimeCache", "setRuntimeCache"}) {
    const Setting fault("STANDIN_FAULTS", function);
    EXPECT_EQ(use(cached(path_), 2), "none") << function;
    EXPECT_FALSE(fs::exists(path_)) << function;
  }
  const Setting fault("STANDIN_FAULTS", "serializeRuntimeCache:from");
  EXPECT_EQ(use(cached(path_), 2), "new");
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RuntimeCacheTest, OfALostDeviceIsNotWritten) {
  const auto run = [&] {
    const Setting fault("STANDIN_FAULTS", "standin_enqueue:run,code=719");
    run_rows(*load(cached(path_, "2")), 2);
  };
  EXPECT_EQ(error_of(run).code(), Code::kDeviceLost);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RuntimeCacheTest, IsWholeWhenEnginesUseItAtTheSameTime) {
  const PlanRequest one = cached(path_);
  std::atomic<int> num_stale = 0;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 10; ++i) num_stale += use(one, 1 + (t + 2 * i) % 8) == "stale" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_stale, 0);
  EXPECT_EQ(use(one, 1), "read");
  EXPECT_EQ(num_entries(folder_of_cache_), 2U);
}

#endif

}  // namespace
}  // namespace ntrt::testing
