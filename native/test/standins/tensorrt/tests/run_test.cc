// Engines that run: results, order, graphs, faults, and what is wrong in how they are run.
#include <array>
#include <cstring>
#include <thread>

#include "cuda/graph.h"
#include "test/standins/tensorrt/tests/tensorrt_fixture.h"

namespace standin::testing {
namespace {

using ntrt::cuda::DeviceMemory;
using ntrt::cuda::GraphExec;
using ntrt::cuda::PinnedMemory;
using ntrt::cuda::Stream;
using ntrt::cuda::StreamCapture;
using nvinfer1::Dims2;

using RunTest = TensorrtTest;

TEST_F(RunTest, GivesTheModelsResultsInTheOrderOfTheStream) {
  prepare(2);
  const std::array<float, 8> values = {1, 2, 3, 4, 5, 6, 7, 8};
  std::memcpy(bytes, values.data(), sizeof(values));
  stream.copy_to_device(memory.get(), bytes, sizeof(values));
  ASSERT_TRUE(execution->enqueueV3(stream.get()));
  stream.copy_to_host(bytes + 2048, memory.get() + kOutput, sizeof(values));
  stream.synchronize();
  EXPECT_EQ(std::memcmp(bytes + 2048, values.data(), sizeof(values)), 0);
}

#ifndef __SANITIZE_THREAD__
TEST_F(RunTest, ComputesWithOnnxRuntime) {
  const auto plan = build(ntrt::testing::arithmetic_model({"4"}, {"4"}, {"4"}), "");
  ASSERT_NE(plan, nullptr) << log.explain("");
  engine = load(*plan);
  ASSERT_NE(engine, nullptr) << log.explain("");
  execution.reset(engine->createExecutionContext());
  uint64_t offset = 0;
  for (int32_t i = 0; i < engine->getNbIOTensors(); ++i, offset += 256) {
    ASSERT_TRUE(execution->setTensorAddress(engine->getIOTensorName(i), address(offset)));
  }
  const std::array<float, 4> a = {1, 2, 3, 4};
  std::memcpy(bytes, a.data(), sizeof(a));
  stream.copy_to_device(memory.get(), bytes, sizeof(a));
  stream.copy_to_device(memory.get() + 256, bytes, sizeof(a));
  ASSERT_TRUE(execution->enqueueV3(stream.get()));
  stream.copy_to_host(bytes, memory.get() + 1024, sizeof(a));
  stream.synchronize();
  std::array<float, 4> product{};
  std::memcpy(product.data(), bytes, sizeof(product));
  EXPECT_EQ(product, (std::array<float, 4>{1, 4, 9, 16}));
}
#endif

TEST_F(RunTest, RunsAtEachLaunchOfAGraphWithWhatWasSetWhenItWasCaptured) {
  prepare(1);
  GraphExec graph;
  {
    StreamCapture capture(stream);
    ASSERT_TRUE(execution->enqueueV3(stream.get()));
    graph = GraphExec::instantiate(capture.finish());
  }
  ASSERT_TRUE(execution->setTensorAddress("y", address(2048)));
  for (const unsigned char value : {7, 9}) {
    stream.fill(memory.get(), value, 16);
    graph.launch(stream);
    stream.copy_to_host(bytes, memory.get() + kOutput, 16);
    stream.synchronize();
    EXPECT_EQ(bytes[15], value);
  }
}

TEST_F(RunTest, TakesAsLongAsItIsToldTo) {
  prepare(4);
  setenv("STANDIN_COMPUTE_US", "5000", 1);
  const auto begin = std::chrono::steady_clock::now();
  stream.fill(memory.get(), 1, 64);
  ASSERT_TRUE(execution->enqueueV3(stream.get()));
  stream.synchronize();
  unsetenv("STANDIN_COMPUTE_US");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(5));
}

TEST_F(RunTest, SaysWhatItIsFor) {
  prepare(3);
  ASSERT_EQ(engine->getNbIOTensors(), 2);
  EXPECT_STREQ(engine->getIOTensorName(0), "x");
  EXPECT_EQ(engine->getIOTensorName(2), nullptr);
  EXPECT_EQ(engine->getTensorIOMode("y"), nvinfer1::TensorIOMode::kOUTPUT);
  EXPECT_EQ(engine->getTensorIOMode("z"), nvinfer1::TensorIOMode::kNONE);
  EXPECT_EQ(engine->getTensorDataType("x"), nvinfer1::DataType::kFLOAT);
  EXPECT_EQ(engine->getTensorShape("x").d[0], -1);
  EXPECT_EQ(engine->getProfileShape("x", 0, nvinfer1::OptProfileSelector::kMAX).d[0], 8);
  EXPECT_EQ(execution->getTensorShape("y").d[0], 3);
  EXPECT_EQ(execution->getMaxOutputSize("y"), 3 * 4 * 4);
  EXPECT_TRUE(execution->allInputDimensionsSpecified());
  EXPECT_TRUE(log.take_errors().empty());
}

TEST_F(RunTest, RefusesShapesAndAddressesThatDoNotFit) {
  prepare(1);
  EXPECT_FALSE(execution->setInputShape("x", Dims2(9, 4)));
  EXPECT_FALSE(execution->setInputShape("x", Dims2(1, 5)));
  EXPECT_FALSE(execution->setInputShape("x", Dims2(-1, 4)));
  EXPECT_FALSE(execution->setInputShape("y", Dims2(1, 4)));
  EXPECT_FALSE(execution->setTensorAddress("x", address(4)));
  EXPECT_FALSE(execution->setTensorAddress("z", address(0)));
  EXPECT_FALSE(execution->setOptimizationProfileAsync(1, stream.get()));
  EXPECT_EQ(log.take_errors().size(), 7U);
}

TEST_F(RunTest, RefusesToRunWithoutShapesAddressesOrMemory) {
  prepare(1);
  std::unique_ptr<nvinfer1::IExecutionContext> fresh(engine->createExecutionContext());
  EXPECT_FALSE(fresh->enqueueV3(stream.get()));
  EXPECT_NE(log.explain("").find("shapes"), std::string::npos);
  ASSERT_TRUE(fresh->setInputShape("x", Dims2(1, 4)));
  EXPECT_FALSE(fresh->enqueueV3(stream.get()));
  EXPECT_NE(log.explain("").find("address of x"), std::string::npos);
  fresh.reset(engine->createExecutionContext(nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED));
  ASSERT_TRUE(fresh->setInputShape("x", Dims2(1, 4)));
  fresh->setTensorAddress("x", address(0));
  fresh->setTensorAddress("y", address(kOutput));
  EXPECT_FALSE(fresh->enqueueV3(stream.get()));
  EXPECT_NE(log.explain("").find("no device memory"), std::string::npos);
  const auto needed = static_cast<size_t>(engine->getDeviceMemorySizeV2());
  const DeviceMemory scratch = DeviceMemory::allocate(context, needed);
  fresh->setDeviceMemoryV2(reinterpret_cast<void*>(scratch.get()), static_cast<int64_t>(needed));
  stream.fill(memory.get(), 1, 16);
  EXPECT_TRUE(fresh->enqueueV3(stream.get()));
  stream.synchronize();
}

TEST_F(RunTest, RunsWithoutRows) {
  const auto plan = build(identity(), "x=0x4,2x4,8x4");
  ASSERT_NE(plan, nullptr) << log.explain("");
  engine = load(*plan);
  execution.reset(engine->createExecutionContext());
  ASSERT_TRUE(execution->setInputShape("x", Dims2(0, 4)));
  EXPECT_TRUE(execution->enqueueV3(stream.get())) << log.explain("");
  stream.synchronize();
}

TEST_F(RunTest, AFaultFailsTheCallOrTheRun) {
  prepare(1);
  stream.fill(memory.get(), 1, 16);
  {
    const Setting fault("STANDIN_FAULTS", "enqueueV3:nth=2");
    EXPECT_TRUE(execution->enqueueV3(stream.get()));
    EXPECT_FALSE(execution->enqueueV3(stream.get()));
    EXPECT_TRUE(execution->enqueueV3(stream.get()));
  }
  {
    const Setting fault("STANDIN_FAULTS", "cuMemAlloc:nth=1");
    EXPECT_EQ(engine->createExecutionContext(), nullptr);
    EXPECT_NE(log.explain("").find("no device memory"), std::string::npos);
  }
  stream.synchronize();
}

TEST_F(RunTest, ARunThatTouchesWhatAnotherStreamWritesIsReported) {
  prepare(1);
  const Stream other = Stream::create(context);
  other.fill(memory.get(), 1, 16);
  execution->enqueueV3(stream.get());
  const std::string violations = take_violations();
  EXPECT_NE(violations.find("missing-order: "), std::string::npos) << violations;
  EXPECT_NE(violations.find("enqueueV3"), std::string::npos) << violations;
  stream.synchronize();
  other.synchronize();
}

TEST_F(RunTest, TwoRunsOfOneContextAtTheSameTimeAreReported) {
  prepare(1);
  stream.fill(memory.get(), 1, 16);
  const Stream other = Stream::create(context);
  const DeviceMemory second = DeviceMemory::allocate(context, 4096);
  stream.synchronize();
  execution->enqueueV3(stream.get());
  execution->setTensorAddress("y", reinterpret_cast<void*>(second.get()));
  execution->enqueueV3(other.get());
  EXPECT_NE(take_violations().find("missing-order: "), std::string::npos);
  stream.synchronize();
  other.synchronize();
}

TEST_F(RunTest, ABufferOutsideOfAnyBlockIsReported) {
  prepare(8);
  stream.fill(memory.get(), 1, 128);
  execution->setTensorAddress("y", address(4096));  // the end of the block
  EXPECT_FALSE(execution->enqueueV3(stream.get()));
  EXPECT_NE(take_violations().find("out-of-bounds: enqueueV3"), std::string::npos);
  stream.synchronize();
}

TEST_F(RunTest, AnEngineThatGoesBeforeItsContextsIsReported) {
  prepare(1);
  engine.reset();
  EXPECT_NE(take_violations().find("use-after-free: an engine"), std::string::npos);
}

TEST_F(RunTest, WhatIsNotModelledIsReported) {
  prepare(1);
  EXPECT_EQ(engine->createEngineInspector(), nullptr);
  EXPECT_NE(take_violations().find("not-modelled: ICudaEngine::createEngineInspector"), std::string::npos);
}

TEST_F(RunTest, ContextsOfOneEngineRunInManyThreads) {
  prepare(1);
  std::vector<std::thread> threads;
  std::array<int, 4> wrong{};
  for (size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      const ntrt::cuda::ContextScope current(*context);
      const Stream mine = Stream::create(context);
      const DeviceMemory device = DeviceMemory::allocate(context, 4096);
      const PinnedMemory host = PinnedMemory::allocate(context, 4096);
      auto* const data = static_cast<unsigned char*>(host.get());
      const std::unique_ptr<nvinfer1::IExecutionContext> own(engine->createExecutionContext());
      own->setTensorAddress("x", reinterpret_cast<void*>(device.get()));
      own->setTensorAddress("y", reinterpret_cast<void*>(device.get() + kOutput));
      for (int i = 0; i < 50; ++i) {
        own->setInputShape("x", Dims2(1 + i % 8, 4));
        const auto value = static_cast<unsigned char>(16 * t + static_cast<size_t>(i % 16));
        mine.fill(device.get(), value, 128);
        own->enqueueV3(mine.get());
        mine.copy_to_host(data, device.get() + kOutput, 16);
        mine.synchronize();
        wrong[t] += data[15] != value;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

}  // namespace
}  // namespace standin::testing
