#pragma once
// One pass over a serialised ONNX model that reads its structure and skips its weights: what is imported, how large
// the graph is, and every reference to data outside of the model, wherever a tensor can stand (initialisers, sparse
// initialisers, attributes, subgraphs, local functions, training graphs). The file is untrusted here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/onnx_types.h"

namespace ntrt {

/// What a model may make ONNX Runtime do before it has run once. A few hundred bytes can ask for terabytes or for an
/// hour.
struct ScanLimits {
  /// Nodes with those of subgraphs, each call of a local function counted as the nodes of its body. ONNX Runtime writes
  /// bodies out at load: 2 KB of functions that call each other become 10^10 nodes.
  uint64_t nodes = 100'000;
  /// Product of the dimensions that one tensor, input, output or intermediate value declares.
  uint64_t elements = uint64_t{1} << 32;
  /// Bytes of all tensors in the model and its external data, by their shapes and types.
  uint64_t declared_bytes = uint64_t{8} << 30;
};

/// Protobuf's own recursion limit, which ONNX Runtime and TensorRT's parser inherit: deeper models load nowhere. One
/// subgraph costs three levels (graph, node, attribute).
inline constexpr size_t kMaxMessageDepth = 100;

/// Protobuf refuses larger messages; larger models keep their weights in external data.
inline constexpr size_t kMaxModelBytes = 0x7fffffff;

/// Bounds the memory that the scan of a hostile file takes.
inline constexpr size_t kMaxExternalRefs = size_t{1} << 18;

enum class TensorPlace : uint8_t {
  kInitializer,  // of the main graph: the only place that data provided in memory reaches
  kElsewhere,
};

/// A tensor whose data lies outside of the model.
struct ExternalRef {
  std::string tensor;    // "" for most tensors in attributes
  std::string location;  // as the model writes it; not checked yet
  uint64_t offset = 0;
  std::optional<uint64_t> length;        // as the model says
  std::optional<uint64_t> needed_bytes;  // by type and shape; none for a type of no known size
  TensorPlace place = TensorPlace::kElsewhere;
  std::string
      where;  // for messages, the innermost steps: "node 'If_3' > attribute 'then_branch' > graph > initializer"

  /// Bytes that must lie behind `offset`; offset + extent() does not overflow.
  uint64_t extent() const noexcept;
};

struct OpsetImport {
  std::string domain;  // "" is ai.onnx
  int64_t version = 0;
};

struct OnnxScan {
  int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::vector<OpsetImport> opset_imports;
  size_t num_nodes = 0;             // with subgraphs and local functions
  uint64_t num_expanded_nodes = 0;  // as ScanLimits::nodes counts them
  uint64_t declared_bytes = 0;      // as ScanLimits::declared_bytes counts them
  size_t num_functions = 0;
  size_t num_ep_context_nodes = 0;  // EPContext: compiled code of one execution provider, or a path to it
  // What it computes with, but for training graphs: nodes that quantise or compute with what is quantised, and values
  // that have one of these types by the file, not by what nodes make of them.
  bool quantised = false;
  bool float16 = false;
  bool bfloat16 = false;
  std::vector<ExternalRef> external_refs;
  /// declared_bytes by TensorProto.DataType; strings count as nothing.
  std::array<uint64_t, kNumOnnxTypes> bytes_by_type{};
};

/// Returns only if every message down to the last tensor is complete. Throws Error{kModelInvalid} with details reason:
/// 'empty', 'not-onnx' (details looksLike: what it is, if known), 'truncated' and 'malformed' (details offset),
/// 'too-large', 'no-graph', 'no-opset', 'nested-too-deep', 'recursive-function', 'bad-external-data' and
/// 'memory-address' (details tensor), 'too-many-nodes', 'too-many-elements' and 'too-many-bytes' (details limit).
OnnxScan scan_onnx(std::span<const std::byte> model, const ScanLimits& limits = {});

}  // namespace ntrt
