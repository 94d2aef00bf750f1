#include "core/numa.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#endif

namespace ntrt {
namespace {

thread_local int scope_node = kNoNode;

/// More is a broken file, not a machine.
constexpr int kMaxCpu = 1 << 16;

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Takes a number from the front of the text; -1 if there is none.
int64_t take_number(std::string_view& text) {
  int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return -1;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

/// "Node 0 MemFree:   123 kB"
uint64_t free_bytes_of(std::string_view meminfo) {
  constexpr std::string_view kKey = "MemFree:";
  const size_t at = meminfo.find(kKey);
  if (at == std::string_view::npos) return 0;
  meminfo.remove_prefix(at + kKey.size());
  meminfo.remove_prefix(std::min(meminfo.find_first_not_of(" \t"), meminfo.size()));
  const int64_t kib = take_number(meminfo);
  return kib < 0 ? 0 : static_cast<uint64_t>(kib) << 10;
}

}  // namespace

std::vector<int> parse_cpu_list(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::vector<int> cpus;
  while (!text.empty()) {
    const int64_t first = take_number(text);
    int64_t last = first;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      last = take_number(text);
    }
    if (first < 0 || last < first || last > kMaxCpu) return {};
    for (int64_t cpu = first; cpu <= last; ++cpu) cpus.push_back(static_cast<int>(cpu));
    if (text.empty()) break;
    if (!text.starts_with(',')) return {};
    text.remove_prefix(1);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::string format_cpu_list(const std::vector<int>& cpus) {
  std::string text;
  for (size_t i = 0; i < cpus.size();) {
    size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(cpus[i]);
    if (last > i) text += '-' + std::to_string(cpus[last]);
    i = last + 1;
  }
  return text;
}

std::vector<NumaNode> read_numa_nodes(const std::string& sysfs, const std::vector<int>& allowed) {
  const std::string folder = sysfs + "/devices/system/node/";
  std::vector<NumaNode> nodes;
  for (const int id : parse_cpu_list(read_text(folder + "online"))) {
    const std::string node_folder = folder + "node" + std::to_string(id);
    const std::vector<int> cpus = parse_cpu_list(read_text(node_folder + "/cpulist"));
    NumaNode node{id, {}, free_bytes_of(read_text(node_folder + "/meminfo"))};
    std::set_intersection(cpus.begin(), cpus.end(), allowed.begin(), allowed.end(), std::back_inserter(node.cpus));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

NumaScope::NumaScope(int node) noexcept : before_(scope_node) {
  if (node != kNoNode) scope_node = node;
}

NumaScope::~NumaScope() { scope_node = before_; }

int numa_scope_node() noexcept { return scope_node; }

#ifdef __linux__

namespace {

// Of <linux/mempolicy.h>, which is not installed everywhere.
constexpr int kPolicyDefault = 0;
constexpr int kPolicyPreferred = 1;
constexpr int kMaxNodes = 1024;
constexpr size_t kWordBits = 8 * sizeof(unsigned long);
using NodeMask = std::array<unsigned long, kMaxNodes / kWordBits>;

bool set_node(NodeMask& mask, int node) noexcept {
  if (node < 0 || node >= kMaxNodes) return false;
  mask[static_cast<size_t>(node) / kWordBits] = 1UL << (static_cast<size_t>(node) % kWordBits);
  return true;
}

std::string refusal(const char* call) {
  return std::string("the system refused ") + call + ": " + std::generic_category().message(errno);
}

}  // namespace

std::string_view numa_support() noexcept { return {}; }

std::vector<int> allowed_cpus() {
  // The kernel wants room for as many CPUs as it was built for: 8192 at most.
  constexpr size_t kRoom = kMaxCpu + 1;
  cpu_set_t* const set = CPU_ALLOC(kRoom);
  if (set == nullptr) return {};
  const size_t bytes = CPU_ALLOC_SIZE(kRoom);
  std::vector<int> cpus;
  const bool read = sched_getaffinity(0, bytes, set) == 0;
  for (size_t cpu = 0; read && cpu < kRoom; ++cpu) {
    if (CPU_ISSET_S(cpu, bytes, set)) cpus.push_back(static_cast<int>(cpu));
  }
  CPU_FREE(set);
  return cpus;
}

std::string bind_thread(const std::vector<int>& cpus) {
  if (cpus.empty()) return "there is no CPU to run on";
  const auto room = static_cast<size_t>(cpus.back()) + 1;
  cpu_set_t* const set = CPU_ALLOC(room);
  if (set == nullptr) return "there is no memory for it";
  const size_t bytes = CPU_ALLOC_SIZE(room);
  CPU_ZERO_S(bytes, set);
  for (const int cpu : cpus) CPU_SET_S(static_cast<size_t>(cpu), bytes, set);
  const bool bound = sched_setaffinity(0, bytes, set) == 0;
  const std::string wrong = bound ? std::string() : refusal("sched_setaffinity");
  CPU_FREE(set);
  return wrong;
}

std::string prefer_node_memory(int node) {
  int mode = kPolicyDefault;
  if (syscall(SYS_get_mempolicy, &mode, nullptr, 0, nullptr, 0) != 0) return refusal("get_mempolicy");
  if (mode != kPolicyDefault) return "the process has a memory policy already, which is kept";
  NodeMask mask{};
  if (!set_node(mask, node)) return "node " + std::to_string(node) + " is beyond what is supported";
  // The kernel reads one bit less than it is told.
  if (syscall(SYS_set_mempolicy, kPolicyPreferred, mask.data(), kMaxNodes + 1) != 0) return refusal("set_mempolicy");
  return {};
}

bool bind_new_pages(void* pages, size_t bytes) noexcept {
  if (scope_node == kNoNode || pages == nullptr) return true;
  NodeMask mask{};
  if (!set_node(mask, scope_node)) return false;
  return syscall(SYS_mbind, pages, bytes, kPolicyPreferred, mask.data(), kMaxNodes + 1, 0) == 0;
}

#else

// Never tried. Windows has nodes, but there a new thread does not inherit the CPUs of the one that starts it, so that
// ONNX Runtime's threads would stay where they are.
#ifdef _WIN32
std::string_view numa_support() noexcept { return "threads are bound to NUMA nodes on Linux only"; }
#else
std::string_view numa_support() noexcept { return "this system has no NUMA nodes"; }
#endif
std::vector<int> allowed_cpus() { return {}; }
std::string bind_thread(const std::vector<int>&) { return std::string(numa_support()); }
std::string prefer_node_memory(int) { return std::string(numa_support()); }
bool bind_new_pages(void*, size_t) noexcept { return true; }

#endif

}  // namespace ntrt
