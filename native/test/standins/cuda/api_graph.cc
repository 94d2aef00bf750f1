// Captures and graphs.
#include "test/standins/cuda/call.h"

#include "test/standins/cuda/capture.h"

using namespace standin;

namespace {

template <typename T, typename Handle>
std::shared_ptr<T> find(Call& call, Table<T>& table, Handle handle, const char* what) {
  auto found = table.find(handle);
  if (found == nullptr) {
    call.bad_handle(what);
    call.result = CUDA_ERROR_INVALID_VALUE;
  }
  return found;
}

const StreamPtr& stream_of(const StreamPtr& launch, const GraphExec& exec, const Node& node) {
  return node.branch == 0 ? launch : exec.branches[node.branch - 1];
}

/// A start in the stream, which is behind the graph's launch before; the nodes, each in its branch; an end.
void launch(Call& call, const StreamPtr& stream, GraphExec& exec) {
  Submission start;
  if (exec.last) start.after.push_back(exec.last);
  const CompletionPtr begin = enqueue(call, stream, {.name = "cuGraphLaunch"}, std::move(start));
  call.run_fault.reset();
  Submission end;
  std::vector<CompletionPtr> done;
  for (const Node& node : exec.graph.nodes) {
    if (!call.ok()) return;
    Submission more;
    more.after.push_back(begin);
    for (const size_t parent : node.after) more.after.push_back(done[parent]);
    done.push_back(enqueue(call, stream_of(stream, exec, node), node.spec, std::move(more)));
    end.after.push_back(done.back());
  }
  if (call.ok()) exec.last = enqueue(call, stream, {.name = "cuGraphLaunch"}, std::move(end));
}

bool has_same_shape(const Graph& a, const Graph& b) {
  if (a.nodes.size() != b.nodes.size() || a.num_branches != b.num_branches) return false;
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    const bool is_same_kind = std::string_view(a.nodes[i].spec.name) == b.nodes[i].spec.name;
    if (!is_same_kind || a.nodes[i].after != b.nodes[i].after || a.nodes[i].branch != b.nodes[i].branch) return false;
  }
  return true;
}

}  // namespace

CUresult CUDAAPI cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode mode) {
  Call call("cuStreamBeginCapture", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  if (found != nullptr) call.fail(begin_capture(call.s, found, mode));
  return call.result;
}

CUresult CUDAAPI cuStreamEndCapture(CUstream stream, CUgraph* graph) {
  Call call("cuStreamEndCapture", Needs::kInit);
  *graph = nullptr;
  const StreamPtr found = call.s.streams.find(stream);
  if (found == nullptr) {
    call.bad_handle("a stream");
    return call.result;
  }
  GraphPtr captured;
  call.fail(end_capture(call.s, found, captured));
  call.use(*found->context);
  if (call.ok()) *graph = reinterpret_cast<CUgraph>(call.s.graphs.add(captured));
  return call.result;
}

CUresult CUDAAPI cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus* status) {
  Call call("cuStreamIsCapturing", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr) return call.result;
  call.fail(check_implicit(call.s, *found));
  if (!call.ok()) return call.result;
  *status = CU_STREAM_CAPTURE_STATUS_NONE;
  if (found->capture) {
    *status =
        found->capture->broken == CUDA_SUCCESS ? CU_STREAM_CAPTURE_STATUS_ACTIVE : CU_STREAM_CAPTURE_STATUS_INVALIDATED;
  }
  return call.result;
}

CUresult CUDAAPI cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode* mode) {
  Call call("cuThreadExchangeStreamCaptureMode", Needs::kInit);
  if (call.ok()) std::swap(*mode, thread_capture_mode());
  return call.result;
}

CUresult CUDAAPI cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, unsigned long long flags) {
  Call call("cuGraphInstantiateWithFlags", Needs::kContext);
  if (!call.ok()) return call.result;
  if (flags != 0) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  const GraphPtr found = find(call, call.s.graphs, graph, "a graph");
  if (found == nullptr) return call.result;
  auto made = std::make_shared<GraphExec>();
  made->context = call.context;
  made->graph = *found;
  for (uint32_t i = 1; i < found->num_branches; ++i) {
    made->branches.push_back(call.s.make_stream(call.context, CU_STREAM_NON_BLOCKING, 0));
  }
  *exec = reinterpret_cast<CUgraphExec>(call.s.execs.add(std::move(made)));
  return call.result;
}

CUresult CUDAAPI cuGraphLaunch(CUgraphExec exec, CUstream stream) {
  Call call("cuGraphLaunch", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr) return call.result;
  const GraphExecPtr what = find(call, call.s.execs, exec, "an executable graph");
  if (what == nullptr) return call.result;
  if (found->capture) {
    call.s.violation("not-modelled", "cuGraphLaunch in a capture");
    return call.fail(break_capture(*found->capture, CUDA_ERROR_NOT_SUPPORTED)).result;
  }
  launch(call, found, *what);
  return call.result;
}

CUresult CUDAAPI cuGraphDestroy(CUgraph graph) {
  Call call("cuGraphDestroy", Needs::kEnds);
  const GraphPtr found = find(call, call.s.graphs, graph, "a graph");
  if (found == nullptr) return call.result;
  call.s.graphs.erase(graph);
  if (found->context->lost != CUDA_SUCCESS) call.fail(found->context->lost);
  call.lock.unlock();  // what the graph holds may be a caller's
  return call.result;
}

CUresult CUDAAPI cuGraphExecDestroy(CUgraphExec exec) {
  Call call("cuGraphExecDestroy", Needs::kEnds);
  const GraphExecPtr found = find(call, call.s.execs, exec, "an executable graph");
  if (found == nullptr) return call.result;
  for (const StreamPtr& branch : found->branches) branch->is_destroyed = true;
  call.s.execs.erase(exec);
  call.s.changed.notify_all();
  if (found->context->lost != CUDA_SUCCESS) call.fail(found->context->lost);
  call.lock.unlock();
  return call.result;
}

CUresult CUDAAPI cuGraphExecUpdate(CUgraphExec exec, CUgraph graph, CUgraphExecUpdateResultInfo* info) {
  Call call("cuGraphExecUpdate", Needs::kInit);
  if (!call.ok()) return call.result;
  const GraphExecPtr what = find(call, call.s.execs, exec, "an executable graph");
  const GraphPtr with = find(call, call.s.graphs, graph, "a graph");
  if (what == nullptr || with == nullptr) return call.result;
  *info = {};
  info->result = CU_GRAPH_EXEC_UPDATE_SUCCESS;
  if (!has_same_shape(what->graph, *with)) {
    info->result = CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
    return call.fail(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE).result;
  }
  what->graph = *with;
  return call.result;
}
