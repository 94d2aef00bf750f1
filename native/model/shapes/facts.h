#pragma once
// What is known of a value, and of the results of a node, before anything has run.

#include <cstdint>
#include <optional>
#include <vector>

#include "model/onnx_outline.h"

namespace ntrt {

/// Larger dimensions are taken for unknown, which keeps the arithmetic of hostile models in range.
inline constexpr int64_t kMaxDim = int64_t{1} << 40;

struct ValueFacts {
  int32_t data_type = 0;                     // TensorProto.DataType; 0: unknown
  std::optional<std::vector<int64_t>> dims;  // each 0 to kMaxDim
  std::optional<std::vector<int64_t>> ints;  // the contents of a small integer tensor
  std::vector<float> floats;                 // of a small float tensor; empty: unknown
  bool constant = false;                     // the same in every run: computed when the model is loaded

  /// Bytes of the tensor; nullopt if its type or shape is not known. A string counts as nothing.
  std::optional<uint64_t> bytes() const noexcept;
};

/// How a result uses the memory of an input.
enum class Reuse : uint8_t {
  kNone,
  kIfLast,  // written in place of an input of the same size, if that is not needed any more
  kAlways,  // the input itself, seen with another shape
};

struct NodeFacts {
  std::vector<ValueFacts> outputs;  // as many as the node has
  Reuse reuse = Reuse::kNone;       // of the first output
};

ValueFacts facts_of(const OutlineTensor& tensor);

}  // namespace ntrt
