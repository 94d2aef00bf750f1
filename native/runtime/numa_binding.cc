#include "runtime/numa_binding.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <vector>

#include "core/error.h"

namespace ntrt {
namespace {

/// Engines per node. Never destroyed: engines may end while static destructors run.
struct Counts {
  std::mutex mutex;
  std::map<int, int> engines;  // guarded by mutex

  static Counts& of_process() {
    static Counts& counts = *new Counts;
    return counts;
  }
};

/// Counts one engine for a node while it lives.
class Counted {
 public:
  /// REQUIRES: the mutex of Counts. Throws std::bad_alloc; then nothing was counted.
  explicit Counted(int node) : engines_(&Counts::of_process().engines[node]) { ++*engines_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    const std::lock_guard lock(Counts::of_process().mutex);
    --*engines_;
  }

 private:
  int* engines_;  // in a map that only grows
};

NumaBinding unbound(std::string why) {
  NumaBinding none;
  none.reason = std::move(why);
  return none;
}

/// A node that was asked for and cannot be had.
NumaBinding refuse(const NumaRequest& request, Code code, const std::string& why) {
  if (request.may_fall_back) return unbound(why);
  const std::string node = std::to_string(request.node);
  throw Error(code,
              "options.numa: node " + node + " cannot be had: " + why +
                  ". Use 'auto', or fallback: 'warn' or 'allow' to run unbound instead.",
              {{"option", "options.numa"}, {"received", node}, {"reason", why}});
}

std::string list_of(const std::vector<NumaNode>& nodes) {
  std::vector<int> ids;
  for (const NumaNode& node : nodes) ids.push_back(node.id);
  return format_cpu_list(ids);
}

/// Of nodes with enough CPUs the one with the fewest engines, then with the most free memory.
/// REQUIRES: the mutex of `counts`.
const NumaNode& choose(const std::vector<NumaNode>& nodes, const Counts& counts, int threads) {
  size_t most = 0;
  for (const NumaNode& node : nodes) most = std::max(most, node.cpus.size());
  const size_t enough = std::min(most, static_cast<size_t>(std::max(1, threads)));
  const auto rank = [&](const NumaNode& node) {
    const auto found = counts.engines.find(node.id);
    const int engines = found == counts.engines.end() ? 0 : found->second;
    return std::tuple(node.cpus.size() < enough, engines, UINT64_MAX - node.free_bytes, node.id);
  };
  return *std::min_element(nodes.begin(), nodes.end(),
                           [&](const NumaNode& a, const NumaNode& b) { return rank(a) < rank(b); });
}

/// The calling thread goes to the node; `counted` is given up if it cannot.
NumaBinding go_to(const NumaNode& node, std::shared_ptr<const void> counted, std::string reason) {
  NumaBinding binding;
  binding.reason = bind_thread(node.cpus);
  if (!binding.reason.empty()) return binding;
  binding.node = node.id;
  binding.cpus = format_cpu_list(node.cpus);
  binding.counted = std::move(counted);
  const std::string wrong = prefer_node_memory(node.id);
  binding.memory_bound = wrong.empty();
  binding.reason = std::move(reason);
  if (!wrong.empty()) binding.reason += "; memory is where its threads touch it first: " + wrong;
  return binding;
}

NumaBinding bind_to_given(const NumaRequest& request, const std::vector<NumaNode>& nodes) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const NumaNode& node) { return node.id == request.node; });
  if (found == nodes.end()) {
    const std::string have = nodes.empty() ? "none" : list_of(nodes);
    return refuse(request, Code::kInvalidArgument, "the nodes of this machine are: " + have);
  }
  if (found->cpus.empty()) return refuse(request, Code::kUnsupported, "this process may use none of its CPUs");
  Counts& counts = Counts::of_process();
  std::unique_lock lock(counts.mutex);
  auto counted = std::make_shared<const Counted>(found->id);
  lock.unlock();
  NumaBinding binding = go_to(*found, std::move(counted), "asked for");
  return binding.node == kNoNode ? refuse(request, Code::kUnsupported, binding.reason) : binding;
}

NumaBinding bind_to_best(std::vector<NumaNode> nodes, int threads) {
  if (nodes.empty()) return unbound("the system names no NUMA nodes");
  if (nodes.size() == 1) return unbound("this machine has one NUMA node");
  std::erase_if(nodes, [](const NumaNode& node) { return node.cpus.empty(); });
  if (nodes.empty()) return unbound("no NUMA node has a CPU that this process may use");
  if (nodes.size() == 1) {
    return unbound("this process may use the CPUs of one NUMA node only: " + std::to_string(nodes[0].id));
  }
  Counts& counts = Counts::of_process();
  std::unique_lock lock(counts.mutex);
  const NumaNode& best = choose(nodes, counts, threads);
  auto counted = std::make_shared<const Counted>(best.id);
  lock.unlock();
  return go_to(best, std::move(counted), "the node with the fewest engines of this process, then the most free memory");
}

}  // namespace

NumaBinding bind_to_node(const NumaRequest& request, int threads) {
  if (request.mode == NumaRequest::Mode::kOff) return unbound("switched off");
  const std::string_view missing = numa_support();
  const bool given = request.mode == NumaRequest::Mode::kNode;
  if (!missing.empty()) {
    return given ? refuse(request, Code::kUnsupported, std::string(missing)) : unbound(std::string(missing));
  }
  std::vector<NumaNode> nodes = read_numa_nodes(request.sysfs, allowed_cpus());
  return given ? bind_to_given(request, nodes) : bind_to_best(std::move(nodes), threads);
}

int engines_on_node(int node) {
  Counts& counts = Counts::of_process();
  const std::lock_guard lock(counts.mutex);
  const auto found = counts.engines.find(node);
  return found == counts.engines.end() ? 0 : found->second;
}

}  // namespace ntrt
