// Plans in the runtime: loaded by a job, proved, batched, closed.
#include <map>

#include "runtime/load_job.h"
#include "test/backends/tensorrt/plans/plan_fixture.h"
#include "test/support/fake_engine.h"

namespace ntrt::testing {
namespace {

class PlanEngineTest : public PlanTest {
 protected:
  EngineHandle start(int instances) {
    LoadRequest load;
    load.plan = request(identity_plan());
    load.plan->inputs = {{"x", {std::string("N"), int64_t{4}}, {}}};
    load.plan->outputs = {{"y", {std::string("N"), int64_t{4}}, {}}};
    load.engine = fake_options(instances);
    load.engine.queue.batch.max_size = 8;
    load.proof.enabled = true;
    load.proof.verify = Verify::kGenerated;
    EngineHandle engine;
    Event done;
    LoadJob::start(std::move(load), [&](EngineHandle loaded, std::optional<Error> error) {
      EXPECT_FALSE(error.has_value()) << error->message();
      engine = std::move(loaded);
      done.set();
    });
    done.wait("the load");
    return engine;
  }

  static void close(EngineHandle& engine) {
    Event closed;
    engine.close([&] { closed.set(); });
    closed.wait("the engine's end");
  }
};

TEST_F(PlanEngineTest, RequestsMeetInBatchesThatTheEngineWasProvedFor) {
  EngineHandle engine = start(2);
  ASSERT_TRUE(engine);
  EXPECT_TRUE(engine->options().layout.enabled) << engine->options().layout.reason;
  EXPECT_EQ(engine->options().inline_below_us, 0);
  EXPECT_NE(engine->facts().find("profiles"), std::string::npos);
  constexpr size_t kRequests = 200;
  const auto sink = std::make_shared<RecordingSink>();
  std::map<uint64_t, std::vector<float>> sent;
  engine->begin_burst();
  for (uint64_t id = 1; id <= kRequests; ++id) {
    auto request = std::make_shared<Request>();
    request->id = id;
    request->sink = sink;
    std::vector<float>& values = sent[id] = counted_rows(1 + id % 3, static_cast<float>(id));
    Buffer& buffer = request->buffers.emplace_back(host_pool(), values.size() * sizeof(float));
    std::memcpy(buffer.data(), values.data(), buffer.size());
    request->inputs = {rows_view(values)};
    request->inputs[0].data = buffer.data();
    request->outputs.resize(1);
    request->bytes = buffer.size();
    request->submitted = Clock::now();
    engine->submit(request);
  }
  engine->end_burst();
  for (size_t i = 1; i <= kRequests; ++i) {
    const std::shared_ptr<Request> done = sink->wait(i);
    ASSERT_FALSE(done->error.has_value()) << done->error->message();
    EXPECT_EQ(values_of(done->outputs[0].view), sent[done->id]);
  }
  close(engine);
}

TEST_F(PlanEngineTest, AnEngineThatEndsGivesTheDeviceBack) {
  EngineHandle engine = start(3);
  ASSERT_TRUE(engine);
  EXPECT_GT(STANDIN(standin_used_bytes)(0), 3 * 65536U);
  close(engine);
  EXPECT_EQ(STANDIN(standin_used_bytes)(0), 0U);
}

}  // namespace
}  // namespace ntrt::testing
