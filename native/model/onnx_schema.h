#pragma once
// The part of onnx.proto that the scan walks. Fields that are not in the table are skipped, as protobuf does with
// unknown ones.

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/onnx_fields.h"
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
  uint32_t number;
  WireType type;
  bool repeated;
  Message child = Message::kNone;
};

// Protobuf merges a message field that stands twice where only one may. No writer does that, and a tensor in two halves
// would pass a scan that reads each half alone, so `repeated = false` is enforced.
inline constexpr Field kFields[] = {
    {Message::kModel, ModelField::kIrVersion, WireType::kVarint, false},
    {Message::kModel, ModelField::kProducerName, WireType::kBytes, false},
    {Message::kModel, ModelField::kProducerVersion, WireType::kBytes, false},
    {Message::kModel, ModelField::kDomain, WireType::kBytes, false},
    {Message::kModel, ModelField::kModelVersion, WireType::kVarint, false},
    {Message::kModel, ModelField::kDocString, WireType::kBytes, false},
    {Message::kModel, ModelField::kGraph, WireType::kBytes, false, Message::kGraph},
    {Message::kModel, ModelField::kOpsetImport, WireType::kBytes, true, Message::kOpset},
    {Message::kModel, ModelField::kMetadataProps, WireType::kBytes, true},
    {Message::kModel, ModelField::kTrainingInfo, WireType::kBytes, true, Message::kTraining},
    {Message::kModel, ModelField::kFunctions, WireType::kBytes, true, Message::kFunction},
    {Message::kGraph, GraphField::kNode, WireType::kBytes, true, Message::kNode},
    {Message::kGraph, GraphField::kName, WireType::kBytes, false},
    {Message::kGraph, GraphField::kInitializer, WireType::kBytes, true, Message::kTensor},
    {Message::kGraph, GraphField::kInput, WireType::kBytes, true, Message::kValueInfo},
    {Message::kGraph, GraphField::kOutput, WireType::kBytes, true, Message::kValueInfo},
    {Message::kGraph, GraphField::kValueInfo, WireType::kBytes, true, Message::kValueInfo},
    {Message::kGraph, GraphField::kSparseInitializer, WireType::kBytes, true, Message::kSparse},
    {Message::kNode, NodeField::kName, WireType::kBytes, false},
    {Message::kNode, NodeField::kOpType, WireType::kBytes, false},
    {Message::kNode, NodeField::kAttribute, WireType::kBytes, true, Message::kAttribute},
    {Message::kAttribute, AttributeField::kName, WireType::kBytes, false},
    {Message::kAttribute, AttributeField::kTensor, WireType::kBytes, false, Message::kTensor},
    {Message::kAttribute, AttributeField::kGraph, WireType::kBytes, false, Message::kGraph},
    {Message::kAttribute, AttributeField::kTensors, WireType::kBytes, true, Message::kTensor},
    {Message::kAttribute, AttributeField::kGraphs, WireType::kBytes, true, Message::kGraph},
    {Message::kAttribute, AttributeField::kType, WireType::kBytes, false, Message::kType},
    {Message::kAttribute, AttributeField::kTypes, WireType::kBytes, true, Message::kType},
    {Message::kAttribute, AttributeField::kSparseTensor, WireType::kBytes, false, Message::kSparse},
    {Message::kAttribute, AttributeField::kSparseTensors, WireType::kBytes, true, Message::kSparse},
    {Message::kFunction, FunctionField::kName, WireType::kBytes, false},
    {Message::kFunction, FunctionField::kNode, WireType::kBytes, true, Message::kNode},
    {Message::kFunction, FunctionField::kAttribute, WireType::kBytes, true, Message::kAttribute},
    {Message::kFunction, FunctionField::kValueInfo, WireType::kBytes, true, Message::kValueInfo},
    {Message::kTraining, TrainingField::kInitialization, WireType::kBytes, false, Message::kGraph},
    {Message::kTraining, TrainingField::kAlgorithm, WireType::kBytes, false, Message::kGraph},
    {Message::kSparse, SparseField::kValues, WireType::kBytes, false, Message::kTensor},
    {Message::kSparse, SparseField::kIndices, WireType::kBytes, false, Message::kTensor},
    {Message::kOpset, OpsetField::kDomain, WireType::kBytes, false},
    {Message::kOpset, OpsetField::kVersion, WireType::kVarint, false},
    {Message::kValueInfo, ValueInfoField::kName, WireType::kBytes, false},
    {Message::kValueInfo, ValueInfoField::kType, WireType::kBytes, false, Message::kType},
    {Message::kType, TypeField::kTensor, WireType::kBytes, false, Message::kTensorType},
    {Message::kType, TypeField::kSequence, WireType::kBytes, false, Message::kElementType},
    {Message::kType, TypeField::kMap, WireType::kBytes, false, Message::kMapType},
    {Message::kType, TypeField::kSparseTensor, WireType::kBytes, false, Message::kTensorType},
    {Message::kType, TypeField::kOptional, WireType::kBytes, false, Message::kElementType},
    {Message::kTensorType, TensorTypeField::kElementType, WireType::kVarint, false},
    {Message::kTensorType, TensorTypeField::kShape, WireType::kBytes, false, Message::kShape},
    {Message::kElementType, ElementTypeField::kType, WireType::kBytes, false, Message::kType},
    {Message::kMapType, MapTypeField::kValueType, WireType::kBytes, false, Message::kType},
    {Message::kShape, ShapeField::kDim, WireType::kBytes, true, Message::kDim},
    {Message::kDim, DimField::kValue, WireType::kVarint, false},
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
