#include "test/standins/cuda/capture.h"

#include <algorithm>

namespace standin {
namespace {

/// Whether two nodes that are not ordered touch the same bytes, one of them to write. Then every launch is a race.
const StandinAccess* find_conflict(const OperationSpec& a, const OperationSpec& b) {
  for (const StandinAccess& x : a.accesses) {
    for (const StandinAccess& y : b.accesses) {
      const bool overlaps = x.address < y.address + y.bytes && y.address < x.address + x.bytes;
      if (overlaps && (x.is_write != 0 || y.is_write != 0)) return &x;
    }
  }
  return nullptr;
}

void check_order(State& state, const Graph& graph, const Node& node) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& other = graph.nodes[i];
    if (node.ancestors[i] || find_conflict(node.spec, other.spec) == nullptr) continue;
    state.violation("missing-order", std::string(node.spec.name) + " (node " + std::to_string(graph.nodes.size()) +
                                         ") and " + other.spec.name + " (node " + std::to_string(i) +
                                         ") of a graph touch the same memory, and nothing orders them");
  }
}

bool is_ancestor_or_same(const Graph& graph, size_t older, const std::vector<size_t>& frontier) {
  return std::any_of(frontier.begin(), frontier.end(), [&](size_t node) {
    return node == older || (older < graph.nodes[node].ancestors.size() && graph.nodes[node].ancestors[older]);
  });
}

std::vector<CapturePtr> active_captures(State& state) {
  std::vector<CapturePtr> active;
  std::erase_if(state.captures, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : state.captures) {
    if (CapturePtr capture = weak.lock()) active.push_back(std::move(capture));
  }
  return active;
}

}  // namespace

CUstreamCaptureMode& thread_capture_mode() {
  static thread_local CUstreamCaptureMode mode = CU_STREAM_CAPTURE_MODE_GLOBAL;
  return mode;
}

CUresult break_capture(Capture& capture, CUresult result) {
  if (capture.broken == CUDA_SUCCESS) capture.broken = result;
  return result;
}

CUresult note(State& state, const StreamPtr& stream, const OperationSpec& spec) {
  Capture& capture = *stream->capture;
  if (capture.broken != CUDA_SUCCESS) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  Graph& graph = *capture.graph;
  Capture::Branch& branch = capture.branches.at(stream);
  Node node;
  node.spec = spec;
  node.after = branch.frontier;
  node.branch = branch.number;
  node.ancestors.assign(graph.nodes.size(), false);
  for (const size_t parent : node.after) {
    node.ancestors[parent] = true;
    const std::vector<bool>& older = graph.nodes[parent].ancestors;
    for (size_t i = 0; i < older.size(); ++i) {
      if (older[i]) node.ancestors[i] = true;
    }
  }
  check_order(state, graph, node);
  branch.frontier = {graph.nodes.size()};
  graph.nodes.push_back(std::move(node));
  return CUDA_SUCCESS;
}

CUresult begin_capture(State& state, const StreamPtr& stream, CUstreamCaptureMode mode) {
  if (stream->is_legacy) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  if (stream->capture) return CUDA_ERROR_INVALID_VALUE;
  auto capture = std::make_shared<Capture>();
  capture->mode = mode;
  capture->owner = std::this_thread::get_id();
  capture->origin = stream.get();
  capture->graph = std::make_shared<Graph>();
  capture->graph->context = stream->context;
  capture->branches[stream] = {0, {}};
  stream->capture = capture;
  state.captures.push_back(capture);
  return CUDA_SUCCESS;
}

CUresult end_capture(State& state, const StreamPtr& stream, GraphPtr& graph) {
  const CapturePtr capture = stream->capture;
  if (!capture) return CUDA_ERROR_INVALID_VALUE;
  if (capture->origin != stream.get()) return break_capture(*capture, CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
  if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED && capture->owner != std::this_thread::get_id()) {
    return break_capture(*capture, CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
  }
  const std::vector<size_t>& last = capture->branches.at(stream).frontier;
  bool is_joined = true;
  for (const auto& [other, branch] : capture->branches) {
    for (const size_t node : branch.frontier) {
      is_joined = is_joined && is_ancestor_or_same(*capture->graph, node, last);
    }
  }
  const auto branches = std::move(capture->branches);
  for (const auto& [other, branch] : branches) other->capture = nullptr;
  std::erase_if(state.captures, [&](const auto& weak) { return weak.expired() || weak.lock() == capture; });
  if (capture->broken != CUDA_SUCCESS) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  if (!is_joined) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
  graph = capture->graph;
  return CUDA_SUCCESS;
}

CUresult record_in_capture(const StreamPtr& stream, Event& event) {
  Capture& capture = *stream->capture;
  if (capture.broken != CUDA_SUCCESS) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  event.capture = stream->capture;
  event.captured_nodes = capture.branches.at(stream).frontier;
  event.recorded = nullptr;
  return CUDA_SUCCESS;
}

CUresult wait_in_capture(State& state, const StreamPtr& stream, const Event& event) {
  if (!event.capture) {
    if (!event.recorded) return CUDA_SUCCESS;
    return break_capture(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
  }
  Capture& capture = *event.capture;
  if (capture.broken != CUDA_SUCCESS) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  // A capture that has ended is one of the past: its events stand for nothing outside.
  if (capture.branches.empty()) {
    if (stream->capture) break_capture(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
    return CUDA_ERROR_CAPTURED_EVENT;
  }
  if (stream->is_legacy) return break_capture(capture, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
  if (stream->capture && stream->capture != event.capture) {
    break_capture(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_MERGE);
    return break_capture(capture, CUDA_ERROR_STREAM_CAPTURE_MERGE);
  }
  if (!stream->capture) {
    stream->capture = event.capture;
    capture.branches[stream] = {capture.graph->num_branches++, {}};
  }
  std::vector<size_t>& frontier = capture.branches.at(stream).frontier;
  for (const size_t node : event.captured_nodes) {
    if (!is_ancestor_or_same(*capture.graph, node, frontier)) frontier.push_back(node);
  }
  return CUDA_SUCCESS;
}

CUresult check_unsafe(State& state) {
  const CUstreamCaptureMode mine = thread_capture_mode();
  if (mine == CU_STREAM_CAPTURE_MODE_RELAXED) return CUDA_SUCCESS;
  CUresult result = CUDA_SUCCESS;
  for (const CapturePtr& capture : active_captures(state)) {
    const bool is_own = capture->owner == std::this_thread::get_id();
    const bool forbids = is_own
                             ? capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED
                             : mine == CU_STREAM_CAPTURE_MODE_GLOBAL && capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL;
    if (forbids) result = break_capture(*capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  }
  return result;
}

CUresult check_implicit(State& state, const Stream& stream) {
  if (!stream.is_legacy) return CUDA_SUCCESS;
  CUresult result = CUDA_SUCCESS;
  for (const auto& [handle, other] : state.streams.all()) {
    if (other->context == stream.context && other->is_blocking() && other->capture) {
      result = break_capture(*other->capture, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
    }
  }
  return result;
}

}  // namespace standin
