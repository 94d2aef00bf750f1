// Every allocation of ours in a load, a run and a close fails in turn: see loop.h.

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "runtime/process_exit.h"
#include "test/allocation_failure/loop.h"
#include "test/allocation_failure/operations.h"
#include "test/model/temp_folder.h"

namespace ntrt {
namespace {

using testing::fail_each_allocation;
using testing::failure_of;
using testing::Failures;
using testing::load_request;
using testing::request_for;
using testing::view_of;

/// An engine that is open all the time. After each failure it must answer right, and nothing may have been kept.
class AllocationFailure : public testing::OrtTest, public ::testing::WithParamInterface<Failures> {
 protected:
  void SetUp() override {
    OrtTest::SetUp();
    if (IsSkipped()) return;
    testing::set_our_module(reinterpret_cast<const void*>(&create_backend));
    engine_ = load(testing::arithmetic_model());
    expect_right_answers(2);
    allocated_ = allocated();
  }
  void TearDown() override {
    if (engine_) testing::close(engine_);
  }

  static EngineHandle load(std::string_view model) { return load(load_request(model)); }
  static EngineHandle load(LoadRequest request) {
    testing::Load load(std::move(request));
    const std::optional<Error> error = load.act();
    EXPECT_FALSE(error) << error->message();
    return std::move(load.engine());
  }
  static uint64_t allocated() { return host_pool().stats().allocated.current; }

  void expect_right_answers(float value) {
    std::vector<float> a = {value, 1};
    Request request;
    request.inputs = {view_of(a), view_of(a)};
    request.outputs.resize(1);
    engine_->run_blocking(request);
    EXPECT_EQ(testing::values_of(request.outputs[0].view), (std::vector<float>{2 * value, 2}));
  }
  void expect_nothing_kept() {
    // What failed may still be on its way out, on a thread of its own.
    testing::wait_until("memory to come back", [this] { return allocated() == allocated_; });
    expect_right_answers(3);
  }

  /// Of a load; returns how many allocations it made.
  size_t fail_loads(const std::function<LoadRequest()>& request) {
    return fail_each_allocation(
        GetParam(), [&] { return std::make_unique<testing::Load>(request()); },
        [](const auto& load) {
          std::optional<Error> error;
          if (const auto thrown = failure_of([&] { error = load->act(); })) error = thrown;
          return error;
        },
        [&](const auto& load, const auto& error) {
          EXPECT_EQ(static_cast<bool>(load->engine()), !error.has_value());
          if (load->engine()) testing::close(load->engine());
          expect_nothing_kept();
        });
  }

  EngineHandle engine_;
  uint64_t allocated_ = 0;
};

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

enum class Way : uint8_t { kLane, kInPlace, kBlocking };

/// A run of all outputs with the n-th allocation failing, then one with all memory: of other tensors, so that what was
/// kept of the failed one cannot be taken for it.
void fail_runs(Failures failures, Way way, std::string_view model, const std::vector<TensorView>& inputs,
               const std::vector<TensorView>& others, const std::function<void(Request&)>& check_others) {
  testing::Load load(load_request(model));
  ASSERT_FALSE(load.act());
  EngineHandle& engine = load.engine();
  // Known to be quick, or it would not run in place.
  if (way == Way::kInPlace) {
    for (int i = 0; i < 3; ++i) engine->run_blocking(*request_for(engine, inputs));
  }
  engine->run_blocking(*request_for(engine, others));
  struct Run {
    std::shared_ptr<testing::OneSink> sink;
    std::shared_ptr<Request> request;
  };
  fail_each_allocation(
      failures,
      [&] {
        Run run{std::make_shared<testing::OneSink>(), request_for(engine, inputs)};
        run.request->sink = run.sink;
        return run;
      },
      [&](const Run& run) -> std::optional<Error> {
        const auto thrown = failure_of([&] {
          if (way == Way::kBlocking) engine->run_blocking(*run.request);
          if (way == Way::kInPlace && !engine->try_run_in_place(*run.request, std::chrono::seconds(1))) {
            throw Error(Code::kInternal, "it did not run in place");
          }
          if (way == Way::kLane) engine->submit(run.request);
        });
        if (thrown || way != Way::kLane) return thrown;
        return run.sink->wait().error;
      },
      [&](const Run&, const auto&) {
        for (int i = 0; i < 2; ++i) {
          const auto next = request_for(engine, others);
          engine->run_blocking(*next);
          check_others(*next);
        }
        const QueueState queue = engine->queue_state();
        EXPECT_EQ(queue.depth, 0U);
        // What failed on its way in must not count for the limit.
        engine->check_room(engine->queue_options().max_queue_bytes, 0, 0);
      });
  testing::close(engine);
}

class AllocationFailureOfARun : public testing::OrtTest,
                                public ::testing::WithParamInterface<std::tuple<Failures, Way>> {
 protected:
  void SetUp() override {
    OrtTest::SetUp();
    testing::set_our_module(reinterpret_cast<const void*>(&create_backend));
  }
  static void fail_runs(std::string_view model, const std::vector<TensorView>& inputs,
                        const std::vector<TensorView>& others, const std::function<void(Request&)>& check_others) {
    const auto [failures, way] = GetParam();
    ntrt::fail_runs(failures, way, model, inputs, others, check_others);
  }
};

TEST_P(AllocationFailureOfARun, LeavesNumbersRight) {
  std::vector<float> a = {1, 2};
  std::vector<float> b = {3, 4};
  fail_runs(testing::arithmetic_model(), {view_of(a), view_of(a)}, {view_of(b), view_of(b)}, [](Request& request) {
    EXPECT_EQ(testing::values_of(request.outputs[0].view), (std::vector<float>{6, 8}));
    EXPECT_EQ(testing::values_of(request.outputs[2].view), (std::vector<float>{9, 16}));
  });
}

TEST_P(AllocationFailureOfARun, LeavesStringsRight) {
  std::vector<std::string> a = {"a string that takes memory of its own", "another of those long strings"};
  std::vector<std::string> b = {"and a third one, which is also long", "short"};
  fail_runs(testing::identity_model(DType::kString, {"n"}), {testing::view_of_strings({2}, a)},
            {testing::view_of_strings({2}, b)},
            [&](Request& request) { EXPECT_EQ(request.outputs[0].value.strings(), b); });
}

/// y = x, of any rank.
std::string any_rank_model() {
  const auto value = [](std::string_view name) {
    const testing::Proto tensor = testing::Proto().varint(1, testing::onnx_type(DType::kFloat32));
    return testing::Proto().bytes(1, name).bytes(2, testing::Proto().bytes(1, tensor));
  };
  return testing::make_model({{testing::operation("Identity", {"x"}, {"y"})}, {value("x")}, {value("y")}, {}});
}

TEST_P(AllocationFailureOfARun, LeavesTensorsOfOtherRanksRight) {
  std::vector<float> a = {1, 2};
  std::vector<float> b = {3, 4};
  fail_runs(any_rank_model(), {view_of({1, 1, 1, 2}, a)}, {view_of(b)}, [&](Request& request) {
    EXPECT_EQ(testing::values_of(request.outputs[0].view), b);
    EXPECT_EQ(request.outputs[0].view.dims, Shape{2});
  });
}

TEST_P(AllocationFailureOfARun, LeavesAnOutputThatIsAnInputRight) {
  std::vector<float> a = {1, 2};
  std::vector<float> b = {3, 4};
  const std::string model = testing::make_model(
      {{testing::operation("Neg", {"x"}, {"y"})},
       {testing::typed_value("x", DType::kFloat32, {"n"})},
       {testing::typed_value("x", DType::kFloat32, {"n"}), testing::typed_value("y", DType::kFloat32, {"n"})},
       {}});
  fail_runs(model, {view_of(a)}, {view_of(b)}, [&](Request& request) {
    EXPECT_EQ(testing::values_of(request.outputs[0].view), b);
    EXPECT_EQ(testing::values_of(request.outputs[1].view), (std::vector<float>{-3, -4}));
  });
}

TEST_P(AllocationFailureOfARun, ThatIsRefusedIsStillAnError) {
  std::vector<float> a = {1, 2};
  std::vector<float> three = {1, 2, 3};
  testing::Load load(load_request(testing::arithmetic_model()));
  ASSERT_FALSE(load.act());
  const auto [failures, way] = GetParam();
  for (size_t n = 1;; ++n) {
    ASSERT_LT(n, testing::kMostAllocations);
    const auto sink = std::make_shared<testing::OneSink>();
    const auto request = request_for(load.engine(), {view_of(a), view_of(three)});
    request->sink = sink;
    testing::arm(n, failures, testing::Callers::kOurs);
    std::optional<Error> error = failure_of([&, way = way] {
      if (way == Way::kLane) load.engine()->submit(request);
      if (way != Way::kLane) load.engine()->run_blocking(*request);
    });
    if (!error && way == Way::kLane) error = sink->wait().error;
    const bool done = testing::disarm() < n;
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->code() == Code::kOutOfMemory || error->code() == Code::kBackendError) << error->message();
    if (!done) continue;
    EXPECT_EQ(error->code(), Code::kBackendError);
    break;
  }
  testing::close(load.engine());
}

TEST_P(AllocationFailure, OfAClose) {
  const auto prepare = [] { return std::make_unique<EngineHandle>(load(testing::weights_model(100))); };
  testing::Event closed;  // outlives every closing
  size_t closings = 0;
  fail_each_allocation(
      GetParam(), prepare,
      [&](const auto& engine) -> std::optional<Error> {
        engine->close([&closed] { closed.set(); });
        closed.wait("the engine to close");
        return std::nullopt;
      },
      [&](const auto&, const auto& error) {
        EXPECT_FALSE(error);
        ++closings;
        expect_nothing_kept();
      });
  EXPECT_EQ(closings, 1U) << "a close took memory, and so may fail";
}

TEST_P(AllocationFailure, OfAnEndWithRunsInTheQueue) {
  std::vector<float> a = {1, 2};
  struct Queue {
    EngineHandle engine;
    std::vector<std::shared_ptr<Request>> requests;
    std::shared_ptr<testing::OneSink> sink = std::make_shared<testing::OneSink>();
  };
  fail_each_allocation(
      GetParam(),
      [&] {
        Queue queue;
        queue.engine = load(testing::arithmetic_model());
        for (int i = 0; i < 8; ++i) {
          queue.requests.push_back(request_for(queue.engine, {view_of(a), view_of(a)}));
          queue.requests.back()->sink = queue.sink;
          queue.engine->submit(queue.requests.back());
        }
        return queue;
      },
      [&](Queue& queue) -> std::optional<Error> {
        for (const auto& request : queue.requests) queue.engine->cancel(request, Abandon::kDropped);
        queue.engine.close({});
        return std::nullopt;
      },
      [&](Queue& queue, const auto& error) {
        EXPECT_FALSE(error);
        queue.requests.clear();
        queue.sink.reset();
        expect_nothing_kept();
      });
}

TEST_P(AllocationFailure, OfGivingMemoryBack) {
  {
    const Buffer buffer(host_pool(), 100000);
  }
  fail_each_allocation(
      GetParam(), [] { return 0; },
      [](int) -> std::optional<Error> {
        host_pool().empty_cache();
        return std::nullopt;
      },
      [&](int, const auto& error) {
        EXPECT_FALSE(error);
        expect_nothing_kept();
      });
}

constexpr auto kBoth = {Failures::kOne, Failures::kAllFromNth};

std::string name_of(Failures failures) { return failures == Failures::kOne ? "Once" : "FromThenOn"; }
std::string name_of(Way way) {
  if (way == Way::kLane) return "OnALane";
  return way == Way::kInPlace ? "InPlace" : "Waiting";
}

INSTANTIATE_TEST_SUITE_P(Memory, AllocationFailure, ::testing::ValuesIn(kBoth),
                         [](const auto& info) { return name_of(info.param); });
INSTANTIATE_TEST_SUITE_P(Memory, AllocationFailureOfARun,
                         ::testing::Combine(::testing::ValuesIn(kBoth),
                                            ::testing::Values(Way::kLane, Way::kInPlace, Way::kBlocking)),
                         [](const auto& info) {
                           return name_of(std::get<0>(info.param)) + name_of(std::get<1>(info.param));
                         });

// Seeded bugs, which the loop must find.

int prepared() { return 0; }

void swallows_a_failure() {
  const std::string text(100, 'x');
  int answer = 0;
  fail_each_allocation(
      Failures::kOne, prepared,
      [&](int) {
        return failure_of([&] {
          answer = 0;
          try {
            answer = std::string(text).size() == 100 ? 1 : 0;
          } catch (const std::bad_alloc&) {  // the bug: the answer is wrong, and nobody hears of it
          }
        });
      },
      [&](int, const std::optional<Error>& error) { EXPECT_TRUE(error || answer == 1) << "a wrong answer"; });
}

void says_something_else() {
  fail_each_allocation(
      Failures::kOne, prepared,
      [](int) {
        return failure_of([] {
          try {
            const std::string copy(100, 'x');
          } catch (const std::bad_alloc&) {
            throw Error(Code::kModelInvalid, "the model is broken");
          }
        });
      },
      [](int, const auto&) {});
}

void throws_where_none_may() noexcept { const std::string copy(100, 'x'); }

class SeededAllocationFailure : public ::testing::Test {
 protected:
  void SetUp() override { testing::set_our_module(reinterpret_cast<const void*>(&create_backend)); }
};

TEST_F(SeededAllocationFailure, ASwallowedFailureIsFound) {
  EXPECT_NONFATAL_FAILURE(swallows_a_failure(), "a wrong answer");
}

TEST_F(SeededAllocationFailure, AWrongCodeIsFound) {
  EXPECT_NONFATAL_FAILURE(says_something_else(), "the model is broken");
}

TEST_F(SeededAllocationFailure, AFailureInANoexceptFunctionEndsTheProcess) {
  EXPECT_DEATH(fail_each_allocation(
                   Failures::kOne, prepared,
                   [](int) -> std::optional<Error> {
                     throws_where_none_may();
                     return std::nullopt;
                   },
                   [](int, const auto&) {}),
               "terminate called");
}

}  // namespace
}  // namespace ntrt
