#include "cuda/graph.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

StreamCapture::StreamCapture(const Stream& stream) : stream_(stream) {
  const Driver& driver = stream.context()->driver();
  // Thread-local: a lane that captures must not make the calls of other lanes fail.
  call(driver, driver.stream_begin_capture, stream.get(), CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
}

StreamCapture::~StreamCapture() {
  if (is_finished_) return;
  const Driver& driver = stream_.context()->driver();
  CUgraph graph = nullptr;
  driver.stream_end_capture.call(stream_.get(), &graph);
  if (graph != nullptr) driver.graph_destroy.call(graph);
}

Graph StreamCapture::finish() {
  const Driver& driver = stream_.context()->driver();
  is_finished_ = true;
  CUgraph graph = nullptr;
  call(driver, driver.stream_end_capture, stream_.get(), &graph);
  return {stream_.context(), graph};
}

GraphExec GraphExec::instantiate(const Graph& graph) {
  const ContextPtr& context = graph.context();
  const Driver& driver = context->driver();
  const ContextScope scope(*context);
  CUgraphExec exec = nullptr;
  call(driver, driver.graph_instantiate, &exec, graph.get(), cuuint64_t{0});
  return {context, exec};
}

void GraphExec::launch(const Stream& stream) const { call(driver(), driver().graph_launch, get(), stream.get()); }

}  // namespace ntrt::cuda
