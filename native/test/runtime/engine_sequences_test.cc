// Steps of sequences: what they compute, in which order, with whom, and what is left when one does not run.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/sequence_model.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::next_value;
using testing::SequenceEngine;
using testing::stateful_options;
using testing::value_of;
using Start = SequenceStart;

/// What the last of these steps gives.
int64_t chain(std::initializer_list<int64_t> steps) {
  int64_t value = 0;
  for (const int64_t x : steps) value = next_value(value, x);
  return value;
}

EngineOptions patient_streams(size_t max_size) {
  EngineOptions options = stateful_options(1, max_size);
  options.queue.batch.max_delay = std::chrono::hours(1);
  return options;
}

TEST(EngineSequences, AStepGoesOnWhereTheLastOneEnded) {
  SequenceEngine engine;
  const auto a = engine.step("a", 1);
  const auto b = engine.step("b", 2);
  engine.settle();
  const auto c = engine.step("a", 3);
  engine.settle();
  EXPECT_EQ(value_of(*a), chain({1}));
  EXPECT_EQ(value_of(*b), chain({2}));
  EXPECT_EQ(value_of(*c), chain({1, 3}));
  EXPECT_EQ(engine.stats().active, 2U);
}

TEST(EngineSequences, StatesAreReturnedToThoseWhoAskOnly) {
  SequenceEngine engine;
  const auto plain = engine.step("a", 1);
  auto asking = testing::make_step(engine.shared_sink(), 9, {"a"}, 1);
  asking->outputs[0].index = 1;
  engine->submit(asking);
  engine.settle();
  ASSERT_EQ(plain->outputs.size(), 1U);
  EXPECT_EQ(plain->outputs[0].index, 0U);
  ASSERT_EQ(asking->outputs.size(), 1U);
  EXPECT_EQ(asking->outputs[0].view.dims, (Shape{2, 1}));
  EXPECT_EQ(static_cast<const int64_t*>(asking->outputs[0].view.data)[1], 2) << "the model counts steps";
}

TEST(EngineSequences, StepsOfDifferentSequencesRunTogether) {
  SequenceEngine engine;
  engine.block();
  std::vector<std::shared_ptr<Request>> steps;
  for (const int64_t round : {1, 2, 3}) {
    for (const char* id : {"a", "b", "c", "d"}) steps.push_back(engine.step(id, round * 10 + *id));
  }
  EXPECT_EQ(engine->queue_state().depth, 12U);
  EXPECT_GT(engine->queue_state().oldest_ms, 0);
  engine.settle();
  EXPECT_EQ(engine.sizes(), (std::map<size_t, uint64_t>{{1, 1}, {4, 3}}));
  for (size_t i = 0; i < 4; ++i) {
    const auto id = static_cast<int64_t>('a' + i);
    EXPECT_EQ(value_of(*steps[8 + i]), chain({10 + id, 20 + id, 30 + id}));
  }
}

TEST(EngineSequences, StepsOfOneSequenceNeverRunAtTheSameTime) {
  SequenceEngine engine(stateful_options(4));
  std::vector<std::shared_ptr<Request>> steps;
  int64_t expected = 0;
  for (int64_t i = 0; i < 200; ++i) {
    steps.push_back(engine.step("a", i));
    expected = next_value(expected, i);
  }
  engine.settle();
  EXPECT_EQ(value_of(*steps.back()), expected);
  EXPECT_EQ(engine.script().max_running(), 1U);
  std::vector<uint64_t> order(200);
  for (uint64_t i = 0; i < 200; ++i) order[i] = i;
  EXPECT_EQ(engine.sink().ids(), order);
}

TEST(EngineSequences, WithoutBatchesTheyRunStepByStep) {
  EngineOptions options = stateful_options(2);
  options.layout.enabled = false;
  SequenceEngine engine(options);
  for (int64_t i = 0; i < 10; ++i) engine.step("a", i), engine.step("b", i);
  const auto last = engine.step("a", 10);
  engine.settle();
  EXPECT_EQ(value_of(*last), chain({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(engine.sizes(), (std::map<size_t, uint64_t>{{1, 21}}));
}

TEST(EngineSequences, AStepIsOneRow) {
  SequenceEngine engine;
  const auto two = testing::make_step(engine.shared_sink(), 1, {"a"}, 1, 2);
  try {
    engine->submit(two);
    FAIL() << "two rows were let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kShapeMismatch);
    EXPECT_EQ(error.message(),
              "inputs.x.dims: expected one row, which is what a step of a sequence takes, received [2]");
  }
  EXPECT_EQ(engine.stats().started, 0U);
}

TEST(EngineSequences, AnEngineWithoutStatesTakesNoSteps) {
  testing::FakeEngine engine;
  const auto request = engine.request(1);
  request->step = SequenceStep{"a"};
  EXPECT_EQ(code_of([&] { engine->submit(request); }), Code::kInvalidArgument);
}

TEST(EngineSequences, OneThatMustExistIsRefusedIfItDoesNot) {
  SequenceEngine engine;
  EXPECT_EQ(code_of([&] { engine.step({"a", Start::kMustExist}, 1); }), Code::kNotOpen);
  engine.step("a", 1);
  const auto second = engine.step({"a", Start::kMustExist, true}, 2);
  EXPECT_EQ(code_of([&] { engine.step({"a", Start::kMustExist}, 3); }), Code::kNotOpen) << "the last one is on its way";
  engine.settle();
  EXPECT_EQ(value_of(*second), chain({1, 2}));
  EXPECT_EQ(code_of([&] { engine.step({"a", Start::kMustExist}, 3); }), Code::kNotOpen);
  EXPECT_EQ(engine->counters().accepted, 2U);
}

TEST(EngineSequences, StartBeginsAnewAndWhatWasSubmittedBeforeFinishes) {
  SequenceEngine engine;
  engine.block();
  engine.step("a", 1);
  const auto old = engine.step("a", 2);
  const auto fresh = engine.step({"a", Start::kAnew}, 3);
  const auto next = engine.step("a", 4);
  engine.settle();
  EXPECT_EQ(value_of(*old), chain({1, 2}));
  EXPECT_EQ(value_of(*fresh), chain({3}));
  EXPECT_EQ(value_of(*next), chain({3, 4}));
  // The lane says so after it has given the results away.
  testing::wait_until("the first sequence to end", [&] { return engine.stats().ended == 1; });
}

TEST(EngineSequences, AStepAfterTheLastBeginsAnew) {
  SequenceEngine engine;
  engine.block();
  engine.step({"a", Start::kIfNone, true}, 1);
  const auto next = engine.step("a", 2);
  engine.settle();
  EXPECT_EQ(value_of(*next), chain({2}));
}

TEST(EngineSequences, TooManySequencesAreRefused) {
  EngineOptions options = stateful_options();
  options.sequences.max_sequences = 2;
  SequenceEngine engine(options);
  engine.step("a", 1);
  engine.step("b", 1);
  try {
    engine.step("c", 1);
    FAIL() << "a third one was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kQueueFull);
    EXPECT_EQ(error.message(), "engine 'fake' has 2 sequences already (sequence.maxSequences)");
  }
  EXPECT_EQ(engine->counters().rejected[static_cast<size_t>(Refusal::kSequences)], 1U);
  engine.step({"b", Start::kAnew, true}, 1);
  engine.settle();
  testing::wait_until("the last sequence to end", [&] { return engine.stats().active == 1; });
  engine.step("c", 1);
}

TEST(EngineSequences, AStepThatFailsLeavesTheStateAsItWas) {
  SequenceEngine engine;
  engine.faults().poison = 13;
  engine.block();
  engine.step("a", 1);
  const auto bad = engine.step("a", 13);
  const auto good = engine.step("a", 2);
  const auto other = engine.step("b", 1);
  engine.settle();
  EXPECT_TRUE(bad->error.has_value());
  EXPECT_EQ(value_of(*good), chain({1, 2}));
  EXPECT_EQ(value_of(*other), chain({1}));
  const auto last = engine.step({"a", Start::kIfNone, true}, 13);
  engine.settle();
  testing::wait_until("the sequence to end with its last step, though that failed",
                      [&] { return engine.stats().ended == 1; });
}

TEST(EngineSequences, AStateOfAnotherShapeFailsTheStepAndLeavesTheState) {
  SequenceEngine engine;
  engine.step("a", 1);
  engine.settle();
  engine.faults().grows = true;
  const auto bad = engine.step("a", 2);
  engine.settle();
  ASSERT_TRUE(bad->error.has_value());
  EXPECT_EQ(bad->error.value_or(Error::out_of_memory()).code(), Code::kBackendError);
  EXPECT_EQ(bad->error.value_or(Error::out_of_memory()).message(),
            "output 'next' has the shape [1, 2], but the state that it becomes, input 'state', has [2, 1]");
  engine.faults().grows = false;
  const auto good = engine.step("a", 3);
  engine.settle();
  EXPECT_EQ(value_of(*good), chain({1, 3}));
}

TEST(EngineSequences, StepsThatAreCancelledWhileTheyWaitHaveNeverBeen) {
  SequenceEngine engine;
  engine.block();
  const auto first = engine.step("a", 1);   // in the planner
  const auto second = engine.step("a", 2);  // behind it
  const auto third = engine.step("a", 3);
  EXPECT_TRUE(engine->cancel(second, Abandon::kAborted));
  EXPECT_FALSE(engine->cancel(second, Abandon::kAborted)) << "a second time";
  EXPECT_TRUE(engine->dequeue(first, Abandon::kTimedOut));
  EXPECT_EQ(engine->queue_state().depth, 1U);
  engine.settle();
  EXPECT_EQ(value_of(*third), chain({3}));
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().timed_out, 1U);
  engine.sink().wait(2);  // it is counted before it is told
  EXPECT_EQ(engine.sink().ids(), (std::vector<uint64_t>{0, third->id}));
}

TEST(EngineSequences, ALastStepThatIsCancelledWhileItWaitsEndsNothing) {
  SequenceEngine engine;
  engine.block();
  engine.step("a", 1);
  const auto last = engine.step({"a", Start::kIfNone, true}, 2);
  EXPECT_TRUE(engine->cancel(last, Abandon::kAborted));
  const auto next = engine.step({"a", Start::kMustExist}, 3);
  engine.settle();
  EXPECT_EQ(value_of(*next), chain({1, 3}));
}

TEST(EngineSequences, AStepThatIsCancelledWhileItRunsHasRun) {
  SequenceEngine engine;
  engine.script().close_gate();
  const auto running = engine.step("a", 1);
  engine.script().wait_until_running(1);
  const auto next = engine.step("a", 2);
  EXPECT_FALSE(engine->cancel(running, Abandon::kAborted));
  engine.settle();
  EXPECT_EQ(value_of(*next), chain({1, 2}));
  EXPECT_EQ(engine->counters().aborted, 1U);
}

TEST(EngineSequences, AStepWhoseTimeIsUpIsGivenUpAndTheNextOneRuns) {
  SequenceEngine engine;
  engine.block();
  engine.step("a", 1);
  auto late = testing::make_step(engine.shared_sink(), 7, {"a"}, 2);
  late->deadline = Clock::now() + std::chrono::milliseconds(1);
  engine->submit(late);
  const auto next = engine.step("a", 3);
  testing::wait_until("the deadline", [&] { return Clock::now() > late->deadline; });
  engine.settle();
  EXPECT_TRUE(late->timed_out);
  EXPECT_EQ(value_of(*next), chain({1, 3}));
}

TEST(EngineSequences, WaitingStepsCountForTheQueuesLimits) {
  EngineOptions options = stateful_options();
  options.queue.max_queue = 3;
  SequenceEngine engine(options);
  engine.block();
  for (int64_t i = 0; i < 3; ++i) engine.step("a", i);
  EXPECT_EQ(code_of([&] { engine.step("a", 3); }), Code::kQueueFull);
  EXPECT_EQ(code_of([&] { engine.step("b", 3); }), Code::kQueueFull);
  EXPECT_EQ(engine.stats().started, 2U);
  options.queue.max_queue = 100;
  options.queue.max_queue_bytes = 24;
  engine->configure(options.queue);
  EXPECT_EQ(code_of([&] { engine.step("b", 3); }), Code::kQueueFull);
}

TEST(EngineSequences, CloseFinishesWaitingSteps) {
  for (const int instances : {1, 3}) {
    SequenceEngine engine(stateful_options(instances));
    engine.script().close_gate();
    std::shared_ptr<Request> last;
    for (int64_t i = 0; i < 40; ++i) last = engine.step(i % 2 == 0 ? "a" : "b", 1);
    engine.close();
    EXPECT_FALSE(engine.is_closed());
    engine.script().open_gate();
    engine.wait_closed();
    EXPECT_EQ(engine->counters().completed, 40U);
    EXPECT_EQ(engine.stats().active, 0U) << "their memory is given back";
  }
}

TEST(EngineSequences, CloseEndsWhenTheLastWaitingStepIsCancelled) {
  for (int round = 0; round < 50; ++round) {
    SequenceEngine engine(stateful_options(3));
    engine.script().close_gate();
    engine.step("a", 1);
    engine.script().wait_until_running(1);
    const auto second = engine.step("a", 2);
    engine.close();
    std::thread opener([&] { engine.script().open_gate(); });
    engine->cancel(second, Abandon::kAborted);
    opener.join();
    engine.wait_closed();
  }
}

TEST(EngineSequences, AFlushIsForWaitingStepsToo) {
  SequenceEngine engine(patient_streams(2));
  engine.script().close_gate();
  engine.step("a", 1);
  const auto last = engine.step("a", 2);
  engine->flush();
  engine.settle();
  EXPECT_EQ(value_of(*last), chain({1, 2})) << "it did not wait an hour for company";
}

TEST(EngineSequences, TheNextStepsOfABatchMeetAgainAlsoWithOtherInstancesFree) {
  EngineOptions options = patient_streams(3);
  options.instances = 3;
  SequenceEngine engine(options);
  engine.script().close_gate();
  for (int64_t round = 0; round < 5; ++round) {
    for (const char* id : {"a", "b", "c"}) engine.step(id, round);
  }
  engine.script().wait_until_running(1);
  options.queue.batch.max_delay = {};
  engine->configure(options.queue);  // from now on nothing waits
  engine.settle();
  EXPECT_EQ(engine.sizes(), (std::map<size_t, uint64_t>{{3, 5}}));
}

TEST(EngineSequences, IdleOnesExpireWithoutTraffic) {
  const uint64_t before = host_pool().stats().allocated.current;
  EngineOptions options = stateful_options(2);
  options.sequences.idle_timeout = std::chrono::milliseconds(1);
  SequenceEngine engine(options);
  for (const char* id : {"a", "b", "c"}) engine.step(id, 1);
  engine.settle();
  testing::wait_until("the sequences to expire", [&] { return engine.stats().expired == 3; });
  EXPECT_EQ(engine.stats().active, 0U);
  testing::wait_until("the memory", [&] {
    const uint64_t kept = 3 * sizeof(int64_t);  // results that the sink has
    return host_pool().stats().allocated.current <= before + 64 * kept;
  });
}

TEST(EngineSequences, ASequenceWithAStepOnItsWayDoesNotExpire) {
  EngineOptions options = stateful_options();
  options.sequences.idle_timeout = std::chrono::microseconds(1);
  SequenceEngine engine(options);
  engine.script().close_gate();
  engine.step("a", 1);
  engine.script().wait_until_running(1);
  const auto next = engine.step("a", 2);
  engine.settle();
  EXPECT_EQ(value_of(*next), chain({1, 2}));
}

TEST(EngineSequences, InterruptedStepsFailAndTheEngineCloses) {
  SequenceEngine engine(stateful_options(2));
  engine.script().close_gate();
  engine.step("a", 1);
  engine.script().wait_until_running(1);
  for (int64_t i = 0; i < 5; ++i) engine.step("a", i);
  engine->interrupt();
  engine.close();
  engine.wait_closed();
  EXPECT_EQ(engine->counters().failed, 6U);
}

}  // namespace
}  // namespace ntrt
