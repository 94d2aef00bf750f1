// Every allocation of ours in a run fails in turn: see loop.h.

#include <gtest/gtest.h>

#include "test/allocation_failure/loop.h"
#include "test/allocation_failure/operations.h"

namespace ntrt {
namespace {

using testing::fail_each_allocation;
using testing::failure_of;
using testing::Failures;
using testing::load_request;
using testing::request_for;
using testing::view_of;

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

std::string name_of(Way way) {
  if (way == Way::kLane) return "OnALane";
  return way == Way::kInPlace ? "InPlace" : "Waiting";
}

INSTANTIATE_TEST_SUITE_P(Memory, AllocationFailureOfARun,
                         ::testing::Combine(::testing::ValuesIn(testing::kBoth),
                                            ::testing::Values(Way::kLane, Way::kInPlace, Way::kBlocking)),
                         [](const auto& info) {
                           return testing::name_of(std::get<0>(info.param)) + name_of(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace ntrt
