// Loading on a thread of its own, with the real ONNX Runtime.

#include "runtime/load_job.h"

#include <gtest/gtest.h>

#include "test/model/temp_folder.h"
#include "test/support/cpu_model.h"
#include "test/support/fake_engine.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::Event;

LoadRequest request_for(std::string_view model) {
  LoadRequest request;
  request.bytes = testing::shared_bytes(testing::to_bytes(model));
  request.library_path = testing::onnxruntime_path();
  request.engine = testing::fake_options();
  return request;
}

/// What a load ended with.
struct Outcome {
  EngineHandle engine;
  std::optional<Error> error;
  int calls = 0;
  Event done;
};

class LoadJobTest : public testing::OrtTest {
 protected:
  std::shared_ptr<LoadJob> start(LoadRequest request) {
    return LoadJob::start(std::move(request), [this](EngineHandle engine, std::optional<Error> error) {
      outcome_.engine = std::move(engine);
      outcome_.error = std::move(error);
      ++outcome_.calls;
      outcome_.done.set();
    });
  }
  void load(LoadRequest request) {
    start(std::move(request));
    outcome_.done.wait("the load");
  }
  Code code() const { return outcome_.error ? outcome_.error->code() : Code::kBusy; }
  void expect_a_working_engine() {
    ASSERT_TRUE(outcome_.engine) << (outcome_.error ? outcome_.error->message() : "");
    EXPECT_FALSE(outcome_.error.has_value());
    std::vector<float> a = {1, 2};
    Request request;
    request.inputs = {testing::view_of(a), testing::view_of(a)};
    request.outputs.resize(1);
    outcome_.engine->run_blocking(request);
    EXPECT_EQ(testing::values_of(request.outputs[0].view), (std::vector<float>{2, 4}));
  }

  Outcome outcome_;
};

TEST_F(LoadJobTest, GivesAnEngineForAModelInMemory) {
  load(request_for(testing::arithmetic_model()));
  expect_a_working_engine();
  EXPECT_EQ(outcome_.engine->options().name, "fake");
  EXPECT_EQ(outcome_.engine->signature().outputs[0].name, "sum");
}

TEST_F(LoadJobTest, GivesAnEngineForAFile) {
  const testing::TempFolder folder;
  LoadRequest request = request_for("");
  request.path = folder.write("größe.onnx", testing::arithmetic_model()).string();
  load(std::move(request));
  expect_a_working_engine();
}

TEST_F(LoadJobTest, ABadModelIsModelInvalid) {
  for (const std::string& model :
       {std::string("not a model"), std::string(), testing::arithmetic_model().substr(0, 40)}) {
    Outcome& outcome = outcome_;
    outcome.error.reset();
    Event done;
    LoadJob::start(request_for(model), [&](EngineHandle, std::optional<Error> error) {
      outcome.error = std::move(error);
      done.set();
    });
    done.wait("the load");
    EXPECT_EQ(code(), Code::kModelInvalid) << model.size();
  }
}

TEST_F(LoadJobTest, AMissingFileIsAnError) {
  LoadRequest request = request_for("");
  request.path = "/nowhere/model.onnx";
  load(std::move(request));
  ASSERT_TRUE(outcome_.error.has_value());
  EXPECT_NE(outcome_.error->message().find("/nowhere/model.onnx"), std::string::npos);
}

TEST_F(LoadJobTest, CancelledAtOnceGivesNoEngine) {
  for (int i = 0; i < 20; ++i) {
    Event done;
    std::optional<Error> result;
    const auto job = LoadJob::start(request_for(testing::weights_model(200000)),
                                    [&](EngineHandle engine, std::optional<Error> error) {
                                      EXPECT_NE(static_cast<bool>(engine), error.has_value());
                                      result = std::move(error);
                                      done.set();
                                    });
    job->cancel();
    done.wait("the load");
    // The load may have been too quick; if it failed, then for this reason.
    if (result) {
      EXPECT_EQ(result->code(), Code::kNotOpen) << result->message();
    }
  }
}

TEST_F(LoadJobTest, AnEngineThatNobodyTakesIsClosed) {
  const uint64_t base = [] {
    {
      testing::CpuRunner warm_up(testing::arithmetic_model());
    }
    return host_pool().stats().allocated.current;
  }();
  Event done;
  LoadJob::start(request_for(testing::weights_model(100000)), [&](EngineHandle, std::optional<Error>) { done.set(); });
  done.wait("the load");
  testing::wait_until("the weights to be given back", [&] { return host_pool().stats().allocated.current == base; });
}

TEST_F(LoadJobTest, ManyAtATimeAllWork) {
  constexpr int kJobs = 12;
  std::vector<Outcome> outcomes(kJobs);
  for (Outcome& one : outcomes) {
    LoadJob::start(request_for(testing::arithmetic_model()), [&one](EngineHandle engine, std::optional<Error> error) {
      one.engine = std::move(engine);
      one.error = std::move(error);
      one.done.set();
    });
  }
  for (Outcome& one : outcomes) {
    one.done.wait("a load");
    EXPECT_TRUE(one.engine) << (one.error ? one.error->message() : "");
  }
}

#ifdef GTEST_HAS_DEATH_TEST
TEST(LoadJobDeathTest, AMissingLibraryIsBackendUnavailable) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        LoadRequest request = request_for(testing::arithmetic_model());
        request.library_path = "/nowhere/libonnxruntime.so.1";
        Event done;
        int code = 1;
        LoadJob::start(std::move(request), [&](EngineHandle engine, std::optional<Error> error) {
          code = !engine && error && error->code() == Code::kBackendUnavailable ? 0 : 1;
          done.set();
        });
        done.wait("the load");
        std::_Exit(code);
      },
      ::testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace ntrt
