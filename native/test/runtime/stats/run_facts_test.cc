// What requests remember of their runs, and which of them tells of its batch.

#include "runtime/stats/run_facts.h"

#include <gtest/gtest.h>

#include <set>

#include "test/support/row_engine.h"

namespace ntrt {
namespace {

using testing::patient_options;
using testing::RecordingSink;
using testing::row_options;
using testing::row_value;
using testing::RowEngine;
using Requests = std::vector<std::shared_ptr<Request>>;

/// Of each batch that a sink hears of, how many of its requests tell of it.
std::map<uint64_t, size_t> tellers(const Requests& requests) {
  std::map<uint64_t, size_t> result;
  for (const auto& request : requests) result[request->facts.batch.id] += request->facts.tells_of_batch ? 1 : 0;
  return result;
}

TEST(RunFacts, AreThoseOfTheBatch) {
  RowEngine engine(patient_options(6));
  const Requests requests{engine.submit_rows(1, 3), engine.submit_rows(2, 1), engine.submit_rows(3, 2)};
  engine.sink().wait(3);
  for (const auto& request : requests) {
    const RunFacts& facts = request->facts;
    EXPECT_EQ(facts.batch.id, 1U);
    EXPECT_EQ(facts.batch.rows, 6U);
    EXPECT_EQ(facts.batch.requests, 3U);
    EXPECT_EQ(facts.batch.gathered_rows, 6U);
    EXPECT_EQ(facts.rows, request->rows);
    EXPECT_EQ(facts.compute, requests[0]->facts.compute);
    EXPECT_EQ(facts.batch.queue, requests[0]->facts.queue);
    EXPECT_GE(facts.queue, Clock::duration::zero());
    EXPECT_FALSE(facts.in_place);
  }
  EXPECT_GT(requests[0]->facts.compute, Clock::duration::zero());
  EXPECT_EQ(tellers(requests), (std::map<uint64_t, size_t>{{1, 1}}));
  EXPECT_TRUE(requests[0]->facts.tells_of_batch);
}

TEST(RunFacts, OfRowsThatStandTogetherSayThatNoneWasMoved) {
  RowEngine engine(patient_options(4));
  const Requests requests{engine.submit_in_place(1, 2), engine.submit_in_place(2, 2)};
  engine.sink().wait(2);
  EXPECT_EQ(requests[1]->facts.batch.rows, 4U);
  EXPECT_EQ(requests[1]->facts.batch.gathered_rows, 0U);
}

TEST(RunFacts, EachSinkIsToldOnceOfABatch) {
  RowEngine engine(patient_options(9));
  const std::array sinks{std::make_shared<RecordingSink>(), std::make_shared<RecordingSink>(),
                         std::make_shared<RecordingSink>()};
  std::array<Requests, 3> requests;
  for (uint64_t tag = 0; tag < 9; ++tag) {
    requests[tag % 3].push_back(testing::make_rows(sinks[tag % 3], tag, 1));
    engine->submit(requests[tag % 3].back());
  }
  for (size_t i = 0; i < 3; ++i) {
    sinks[i]->wait(3);
    EXPECT_EQ(tellers(requests[i]), (std::map<uint64_t, size_t>{{1, 1}})) << "sink " << i;
  }
}

TEST(RunFacts, EveryPartOfABatchThatFailedIsABatchAndIsToldOf) {
  RowEngine engine(patient_options(8));
  engine.faults().poison = row_value(5, 0);
  Requests requests;
  for (uint64_t tag = 0; tag < 8; ++tag) requests.push_back(engine.submit_rows(tag));
  engine.sink().wait(8);
  EXPECT_EQ(requests[5]->facts.batch.id, 0U);
  EXPECT_FALSE(requests[5]->facts.tells_of_batch);
  requests.erase(requests.begin() + 5);
  // Four, one beside it, two.
  EXPECT_EQ(tellers(requests), (std::map<uint64_t, size_t>{{1, 1}, {2, 1}, {3, 1}}));
  EXPECT_EQ(requests[0]->facts.batch.rows, 4U);
  EXPECT_EQ(requests[0]->facts.batch.requests, 4U);
}

TEST(RunFacts, OfASplitRequestAreThoseOfItsLastPart) {
  EngineOptions options = patient_options(4);
  options.queue.split = true;
  RowEngine engine(options);
  const Requests requests{engine.submit_rows(1, 10), engine.submit_rows(2, 2)};
  engine.sink().wait(2);
  for (const auto& request : requests) {
    EXPECT_EQ(request->facts.batch.id, 3U);
    EXPECT_EQ(request->facts.batch.requests, 2U);
    EXPECT_EQ(request->facts.batch.rows, 4U);
  }
  EXPECT_EQ(requests[0]->facts.rows, 10U);
  EXPECT_EQ(tellers(requests), (std::map<uint64_t, size_t>{{3, 1}}));
}

TEST(RunFacts, OfARunOnTheCallingThreadAreABatchOfItsOwn) {
  RowEngine engine;
  const auto request = engine.rows(1, 3);
  engine->run_blocking(*request);
  EXPECT_TRUE(request->facts.in_place);
  EXPECT_TRUE(request->facts.tells_of_batch);
  EXPECT_EQ(request->facts.batch.id, 1U);
  EXPECT_EQ(request->facts.batch.rows, 3U);
  EXPECT_EQ(request->facts.batch.requests, 1U);
  EXPECT_EQ(request->facts.batch.gathered_rows, 0U);
}

TEST(RunFacts, OfARunOnTheCallingThreadThatFailedHaveNoBatch) {
  RowEngine engine;
  engine.faults().poison = row_value(1, 0);
  const auto request = engine.rows(1);
  EXPECT_THROW(engine->run_blocking(*request), Error);
  EXPECT_TRUE(request->facts.in_place);
  EXPECT_EQ(request->facts.batch.id, 0U);
}

TEST(RunFacts, OfARequestThatIsRefusedAreEmpty) {
  EngineOptions options = patient_options(4);
  options.queue.max_queue = 1;
  RowEngine engine(options);
  engine.submit_rows(1);
  const auto refused = engine.rows(2);
  EXPECT_THROW(engine->submit(refused), Error);
  EXPECT_FALSE(refused->facts.in_place);
  EXPECT_EQ(refused->facts.batch.id, 0U);
}

TEST(RunFacts, AreForgottenWhenARequestIsUsedAgain) {
  RowEngine engine;
  const auto request = engine.rows(1);
  engine->run_blocking(*request);
  request->reset();
  EXPECT_EQ(request->facts.batch.id, 0U);
  EXPECT_FALSE(request->facts.in_place);
  EXPECT_FALSE(request->facts.tells_of_batch);
}

}  // namespace
}  // namespace ntrt
