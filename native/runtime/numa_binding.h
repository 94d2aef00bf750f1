#pragma once
// Which NUMA node an engine runs on. The thread that loads it is bound before anything is loaded; ONNX Runtime's
// threads and the lanes are started by it, and inherit its CPUs and its memory policy.

#include <memory>
#include <string>

#include "core/numa.h"

namespace ntrt {

struct NumaRequest {
  enum class Mode : uint8_t { kOff, kAuto, kNode };
  Mode mode = Mode::kOff;
  int node = kNoNode;         ///< for kNode
  bool may_fall_back = true;  ///< kNode that cannot be had: unbound, with the reason, instead of an error
  std::string sysfs = "/sys";
};

/// What is in force. One that is kept counts for its node until it dies, so that 'auto' spreads engines over the nodes.
struct NumaBinding {
  int node = kNoNode;
  std::string cpus;           ///< "0-3,8"; empty without a node
  bool memory_bound = false;  ///< else the system places pages where they are touched first
  std::string reason;         ///< why this node, or why none; and why memory is not bound
  std::shared_ptr<const void> counted;
};

/// Chooses a node for an engine with so many threads, and binds the calling thread to it. Throws
/// Error{kInvalidArgument} for a node that there is not, Error{kUnsupported} for one that cannot be used.
NumaBinding bind_to_node(const NumaRequest& request, int threads);

/// Engines of this process on that node.
int engines_on_node(int node);

}  // namespace ntrt
