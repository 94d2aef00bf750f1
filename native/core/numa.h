#pragma once
// NUMA nodes: parts of a machine with CPUs and memory of their own; memory of another node is slower to reach.
//
// Linux only: reads sysfs and makes the system calls itself, without libnuma. Elsewhere there are no nodes, and
// numa_support() says why. A thread's CPUs and memory policy are inherited by the threads that it starts.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ntrt {

struct NumaNode {
  int id = 0;
  std::vector<int> cpus;    ///< ascending: those that this thread may use
  uint64_t free_bytes = 0;  ///< as /sys/devices/system/node/nodeN/meminfo says
};

/// Why this system has no nodes for us; empty on Linux.
std::string_view numa_support() noexcept;

/// Nodes that are online, ascending, with the CPUs of `allowed` that they have; files that cannot be read count as
/// empty. `sysfs` is the folder that stands for /sys.
std::vector<NumaNode> read_numa_nodes(const std::string& sysfs, const std::vector<int>& allowed);

/// CPUs that the calling thread may use, ascending: its affinity, which the kernel keeps within the cgroup's cpuset.
std::vector<int> allowed_cpus();

/// "0-3,8" as numbers, ascending; what is no such list is empty.
std::vector<int> parse_cpu_list(std::string_view text);
/// The other way round.
std::string format_cpu_list(const std::vector<int>& cpus);

/// Lets the calling thread run on these CPUs only. Returns what is wrong, else "".
std::string bind_thread(const std::vector<int>& cpus);

/// New pages of the calling thread come from this node while it has any. Leaves a policy alone that was set already
/// (numactl). Returns what is wrong, else "".
std::string prefer_node_memory(int node);

constexpr int kNoNode = -1;

/// While it lives, pages that pools take from the system on this thread are bound to the node, whoever writes to them
/// first. Stands on the stack; kNoNode changes nothing.
class NumaScope {
 public:
  explicit NumaScope(int node) noexcept;
  NumaScope(const NumaScope&) = delete;
  NumaScope& operator=(const NumaScope&) = delete;
  ~NumaScope();

 private:
  int before_;
};

/// The node of the innermost NumaScope of this thread, or kNoNode.
int numa_scope_node() noexcept;

/// Binds new pages (mbind) to the node of the thread's NumaScope, if there is one. They are usable in any case: false
/// if the system refused. Takes no memory.
bool bind_new_pages(void* pages, size_t bytes) noexcept;

}  // namespace ntrt
