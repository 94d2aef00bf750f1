#pragma once
// The part of onnx.proto that the scan walks. Field numbers are ONNX's for good; fields that are not named here are
// skipped, as protobuf does with unknown ones.

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/protobuf_reader.h"

namespace ntrt::onnx_schema {

enum class Message : uint8_t {
  kNone,  // a scalar, or a message without tensors below it
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kFunction,
  kTraining,
  kSparse,
  kTensor,
  kOpset,
  kValueInfo,
  kType,
  kTensorType,   // dense and sparse alike
  kElementType,  // of a sequence or an optional
  kMapType,
  kShape,
  kDim,
};

struct Field {
  Message in;
  uint8_t number;
  WireType type;
  bool repeated;
  Message child = Message::kNone;
};

// Protobuf merges a message field that stands twice where only one may. No writer does that, and a tensor in two halves
// would pass a scan that reads each half alone, so `repeated = false` is enforced.
inline constexpr Field kFields[] = {
    {Message::kModel, 1, WireType::kVarint, false},                         // ir_version
    {Message::kModel, 2, WireType::kBytes, false},                          // producer_name
    {Message::kModel, 3, WireType::kBytes, false},                          // producer_version
    {Message::kModel, 4, WireType::kBytes, false},                          // domain
    {Message::kModel, 5, WireType::kVarint, false},                         // model_version
    {Message::kModel, 6, WireType::kBytes, false},                          // doc_string
    {Message::kModel, 7, WireType::kBytes, false, Message::kGraph},         // graph
    {Message::kModel, 8, WireType::kBytes, true, Message::kOpset},          // opset_import
    {Message::kModel, 14, WireType::kBytes, true},                          // metadata_props
    {Message::kModel, 20, WireType::kBytes, true, Message::kTraining},      // training_info
    {Message::kModel, 25, WireType::kBytes, true, Message::kFunction},      // functions
    {Message::kGraph, 1, WireType::kBytes, true, Message::kNode},           // node
    {Message::kGraph, 2, WireType::kBytes, false},                          // name
    {Message::kGraph, 5, WireType::kBytes, true, Message::kTensor},         // initializer
    {Message::kGraph, 11, WireType::kBytes, true, Message::kValueInfo},     // input
    {Message::kGraph, 12, WireType::kBytes, true, Message::kValueInfo},     // output
    {Message::kGraph, 13, WireType::kBytes, true, Message::kValueInfo},     // value_info
    {Message::kGraph, 15, WireType::kBytes, true, Message::kSparse},        // sparse_initializer
    {Message::kNode, 3, WireType::kBytes, false},                           // name
    {Message::kNode, 4, WireType::kBytes, false},                           // op_type
    {Message::kNode, 5, WireType::kBytes, true, Message::kAttribute},       // attribute
    {Message::kAttribute, 1, WireType::kBytes, false},                      // name
    {Message::kAttribute, 5, WireType::kBytes, false, Message::kTensor},    // t
    {Message::kAttribute, 6, WireType::kBytes, false, Message::kGraph},     // g
    {Message::kAttribute, 10, WireType::kBytes, true, Message::kTensor},    // tensors
    {Message::kAttribute, 11, WireType::kBytes, true, Message::kGraph},     // graphs
    {Message::kAttribute, 14, WireType::kBytes, false, Message::kType},     // tp
    {Message::kAttribute, 15, WireType::kBytes, true, Message::kType},      // type_protos
    {Message::kAttribute, 22, WireType::kBytes, false, Message::kSparse},   // sparse_tensor
    {Message::kAttribute, 23, WireType::kBytes, true, Message::kSparse},    // sparse_tensors
    {Message::kFunction, 1, WireType::kBytes, false},                       // name
    {Message::kFunction, 7, WireType::kBytes, true, Message::kNode},        // node
    {Message::kFunction, 11, WireType::kBytes, true, Message::kAttribute},  // attribute_proto
    {Message::kFunction, 12, WireType::kBytes, true, Message::kValueInfo},  // value_info
    {Message::kTraining, 1, WireType::kBytes, false, Message::kGraph},      // initialization
    {Message::kTraining, 2, WireType::kBytes, false, Message::kGraph},      // algorithm
    {Message::kSparse, 1, WireType::kBytes, false, Message::kTensor},       // values
    {Message::kSparse, 2, WireType::kBytes, false, Message::kTensor},       // indices
    {Message::kOpset, 1, WireType::kBytes, false},                          // domain
    {Message::kOpset, 2, WireType::kVarint, false},                         // version
    {Message::kValueInfo, 1, WireType::kBytes, false},                      // name
    {Message::kValueInfo, 2, WireType::kBytes, false, Message::kType},      // type
    {Message::kType, 1, WireType::kBytes, false, Message::kTensorType},     // tensor_type
    {Message::kType, 4, WireType::kBytes, false, Message::kElementType},    // sequence_type
    {Message::kType, 5, WireType::kBytes, false, Message::kMapType},        // map_type
    {Message::kType, 8, WireType::kBytes, false, Message::kTensorType},     // sparse_tensor_type
    {Message::kType, 9, WireType::kBytes, false, Message::kElementType},    // optional_type
    {Message::kTensorType, 2, WireType::kBytes, false, Message::kShape},    // shape
    {Message::kElementType, 1, WireType::kBytes, false, Message::kType},    // elem_type
    {Message::kMapType, 2, WireType::kBytes, false, Message::kType},        // value_type
    {Message::kShape, 1, WireType::kBytes, true, Message::kDim},            // dim
    {Message::kDim, 1, WireType::kVarint, false},                           // dim_value
};

/// nullptr for a field that the scan skips.
inline const Field* find_field(Message in, uint32_t number) noexcept {
  static constexpr size_t kMessages = 17;
  static constexpr size_t kNumbers = 32;
  static constexpr auto kIndex = [] {
    std::array<std::array<const Field*, kNumbers>, kMessages> index{};
    for (const Field& field : kFields) index[static_cast<size_t>(field.in)][field.number] = &field;
    return index;
  }();
  return number < kNumbers ? kIndex[static_cast<size_t>(in)][number] : nullptr;
}

}  // namespace ntrt::onnx_schema
