#include "cuda/graph.h"

#include <array>
#include <thread>

#include "cuda/cuda_error.h"
#include "test/cuda/stream_fixture.h"

namespace ntrt::cuda {
namespace {

class GraphTest : public testing::StreamFixture {
 protected:
  static int code_of(const Error& error) { return static_cast<int>(std::get<double>(error.details().at(2).value)); }
  template <typename Action>
  static int code_of(Action action) {
    try {
      action();
    } catch (const Error& error) {
      return code_of(error);
    }
    return 0;
  }

  /// Captures a fill of 128 bytes, and behind it two of 64 side by side: on this stream from the first byte on, and on
  /// another one from `offset` on.
  void capture_branches(size_t offset) {
    const Event forked = Event::create(context);
    const Event joined = Event::create(context);
    stream.fill(memory.get(), 5, 128);
    forked.record(stream);
    other.wait(forked);
    stream.fill(memory.get(), 6, 64);
    other.fill(memory.get() + offset, 7, 64);
    joined.record(other);
    stream.wait(joined);
  }

  Stream other = Stream::create(context);

  void TearDown() override {
    other.reset();
    StreamFixture::TearDown();
  }
};

TEST_F(GraphTest, LaunchesWhatWasCapturedAsOftenAsAsked) {
  GraphExec exec;
  {
    StreamCapture capture(stream);
    stream.copy_to_device(memory.get(), bytes, 64);
    stream.copy_to_host(bytes + 64, memory.get(), 64);
    exec = GraphExec::instantiate(capture.finish());
  }
  bytes[64] = 0;
  for (unsigned char value = 1; value <= 3; ++value) {
    bytes[0] = value;
    exec.launch(stream);
    stream.synchronize();
    EXPECT_EQ(bytes[64], value);
  }
}

TEST_F(GraphTest, BranchesOfOtherStreamsBelongToIt) {
  StreamCapture capture(stream);
  capture_branches(64);
  stream.copy_to_host(bytes, memory.get(), 128);
  const GraphExec exec = GraphExec::instantiate(capture.finish());
  exec.launch(stream);
  exec.launch(stream);
  stream.synchronize();
  EXPECT_EQ(bytes[0], 6);
  EXPECT_EQ(bytes[64], 7);
}

TEST_F(GraphTest, AnUnfinishedCaptureLeavesAUsableStream) {
  {
    const StreamCapture capture(stream);
    stream.fill(memory.get(), 1, 16);
  }
  stream.fill(memory.get(), 2, 16);
  stream.copy_to_host(bytes, memory.get(), 16);
  stream.synchronize();
  EXPECT_EQ(bytes[0], 2);
}

TEST_F(GraphTest, CallsThatCannotBeCapturedBreakIt) {
  StreamCapture capture(stream);
  EXPECT_EQ(code_of([&] { stream.synchronize(); }), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  EXPECT_EQ(code_of([&] { stream.fill(memory.get(), 1, 16); }), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  EXPECT_EQ(code_of([&] { capture.finish(); }), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
}

TEST_F(GraphTest, AllocatingWhileCapturingBreaksIt) {
  StreamCapture capture(stream);
  EXPECT_EQ(code_of([&] { DeviceMemory::allocate(context, 16); }), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  EXPECT_EQ(code_of([&] { capture.finish(); }), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
}

TEST_F(GraphTest, AnotherThreadMayAllocateMeanwhile) {
  StreamCapture capture(stream);
  stream.fill(memory.get(), 1, 16);
  std::thread([&] { DeviceMemory::allocate(context, 16); }).join();
  EXPECT_TRUE(capture.finish());
}

TEST_F(GraphTest, ABranchThatIsNotJoinedIsAnError) {
  const Event forked = Event::create(context);
  StreamCapture capture(stream);
  forked.record(stream);
  other.wait(forked);
  other.fill(memory.get(), 7, 64);
  EXPECT_EQ(code_of([&] { capture.finish(); }), CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
  EXPECT_TRUE(other.is_idle());
}

TEST_F(GraphTest, WorkFromOutsideCannotBeWaitedFor) {
  const Event outside = Event::create(context);
  outside.record(stream);
  StreamCapture capture(stream);
  EXPECT_EQ(code_of([&] { stream.wait(outside); }), CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
}

TEST_F(GraphTest, AnEventOfACaptureCannotBeLookedAt) {
  const Event event = Event::create(context);
  StreamCapture capture(stream);
  event.record(stream);
  EXPECT_EQ(code_of([&] { event.is_done(); }), CUDA_ERROR_CAPTURED_EVENT);
}

TEST_F(GraphTest, AnotherThreadCannotEndTheCapture) {
  StreamCapture capture(stream);
  stream.fill(memory.get(), 1, 16);
  CUgraph graph = nullptr;
  CUresult result = CUDA_SUCCESS;
  std::thread([&] { result = driver.stream_end_capture.call(stream.get(), &graph); }).join();
  EXPECT_EQ(result, CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(GraphTest, CopiesOfPageableMemoryAreRefused) {
  std::array<unsigned char, 16> pageable{};
  StreamCapture capture(stream);
  EXPECT_EQ(code_of([&] { stream.copy_to_host(pageable.data(), memory.get(), 16); }),
            CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
}

TEST_F(GraphTest, BranchesThatTouchTheSameMemoryAreReported) {
  StreamCapture capture(stream);
  capture_branches(63);
  capture.finish();
  EXPECT_NE(testing::take_violations().find("missing-order"), std::string::npos);
}

}  // namespace
}  // namespace ntrt::cuda
