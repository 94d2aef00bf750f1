#pragma once
// Work that was captured once and is launched as a whole.

#include "cuda/stream.h"

namespace ntrt::cuda {

struct GraphKind {
  using Handle = CUgraph;
  static void destroy(const Driver& driver, CUgraph graph) noexcept { driver.graph_destroy.call(graph); }
};

/// What was captured. Only a template: the executable graph does not need it any more. One thread at a time.
class Graph : public Owned<GraphKind> {
 public:
  Graph() = default;

 private:
  friend class StreamCapture;
  using Owned::Owned;
};

/// From its start to finish(), what this thread submits to the stream, and to streams that wait for an event of it, is
/// noted instead of done. Left without finish(), as by an exception, the capture is ended and thrown away, so that the
/// stream is usable again. Other threads are not hindered.
class StreamCapture {
 public:
  /// `stream` must not be the default stream. Throws as call().
  explicit StreamCapture(const Stream& stream);
  StreamCapture(const StreamCapture&) = delete;
  StreamCapture& operator=(const StreamCapture&) = delete;
  ~StreamCapture();

  /// Throws as call(), also when something that cannot be captured was called meanwhile.
  Graph finish();

 private:
  const Stream& stream_;
  bool is_finished_ = false;
};

struct GraphExecKind {
  using Handle = CUgraphExec;
  static void destroy(const Driver& driver, CUgraphExec exec) noexcept { driver.graph_exec_destroy.call(exec); }
};

/// Launches of the same object run one after the other, whatever the streams. One thread at a time. Memory that it uses
/// must live as long as it may be launched.
class GraphExec : public Owned<GraphExecKind> {
 public:
  GraphExec() = default;
  static GraphExec instantiate(const Graph& graph);

  void launch(const Stream& stream) const;

 private:
  using Owned::Owned;
};

}  // namespace ntrt::cuda
