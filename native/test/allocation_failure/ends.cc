// Every allocation of ours while an engine ends, or gives memory back, fails in turn: see loop.h.

#include <gtest/gtest.h>

#include "test/allocation_failure/engine_fixture.h"

namespace ntrt {
namespace {

using testing::AllocationFailure;
using testing::fail_each_allocation;
using testing::load_request;
using testing::request_for;
using testing::view_of;

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

INSTANTIATE_TEST_SUITE_P(Memory, AllocationFailure, ::testing::ValuesIn(testing::kBoth),
                         [](const auto& info) { return testing::name_of(info.param); });

}  // namespace
}  // namespace ntrt
