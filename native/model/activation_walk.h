#pragma once
// How much memory the intermediate tensors of one run take: a walk over the nodes in the order of the file, in which a
// tensor lives from the node that makes it to the last that reads it. What ONNX Runtime adds (work space of
// convolutions) or saves (fused nodes) is not in it; docs/many-models.md has the measured difference.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/onnx_outline.h"

namespace ntrt {

struct RunSizes {
  int64_t batch = 1;                                    // for the first dimension of every input where that is free
  std::map<std::string, int64_t, std::less<>> symbols;  // sizes of symbolic dimensions, by name
  std::map<std::string, std::vector<int64_t>, std::less<>> inputs;  // whole shapes, by name of the input
};

struct ActivationEstimate {
  int64_t batch = 0;
  /// The peak; the peak of those tensors whose size is known where `exact` is false; nullopt if nothing can be said.
  std::optional<uint64_t> bytes;
  bool exact = false;
  std::string reason;  // why not, for people
  std::optional<uint64_t> input_bytes;
};

ActivationEstimate estimate_activations(const OnnxOutline& outline, const RunSizes& sizes);

/// Whether the batch changes anything: the first dimension of an input is free.
bool has_free_batch(const OnnxOutline& outline);

}  // namespace ntrt
