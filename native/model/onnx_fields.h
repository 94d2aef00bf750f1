#pragma once
// The numbers that onnx.proto gives to the fields which are read here, by message. They are ONNX's for good.

#include <cstdint>

namespace ntrt {

struct ModelField {
  enum : uint32_t {
    kIrVersion = 1,
    kProducerName = 2,
    kProducerVersion = 3,
    kDomain = 4,
    kModelVersion = 5,
    kDocString = 6,
    kGraph = 7,
    kOpsetImport = 8,
    kMetadataProps = 14,
    kTrainingInfo = 20,
    kFunctions = 25,
  };
};

struct GraphField {
  enum : uint32_t {
    kNode = 1,
    kName = 2,
    kInitializer = 5,
    kInput = 11,
    kOutput = 12,
    kValueInfo = 13,
    kSparseInitializer = 15,
  };
};

struct NodeField {
  enum : uint32_t { kInput = 1, kOutput = 2, kName = 3, kOpType = 4, kAttribute = 5, kDomain = 7, kOverload = 8 };
};

struct AttributeField {
  enum : uint32_t {
    kName = 1,
    kInt = 3,
    kString = 4,
    kTensor = 5,
    kGraph = 6,
    kInts = 8,
    kTensors = 10,
    kGraphs = 11,
    kType = 14,
    kTypes = 15,
    kSparseTensor = 22,
    kSparseTensors = 23,
  };
};

struct FunctionField {
  enum : uint32_t { kName = 1, kNode = 7, kDomain = 10, kAttribute = 11, kValueInfo = 12, kOverload = 13 };
};

struct TrainingField {
  enum : uint32_t { kInitialization = 1, kAlgorithm = 2 };
};

struct TensorField {
  enum : uint32_t {
    kDims = 1,
    kDataType = 2,
    kFloatData = 4,
    kInt32Data = 5,
    kInt64Data = 7,
    kName = 8,
    kRawData = 9,
    kExternalData = 13,
    kDataLocation = 14,
  };
};

struct SparseField {
  enum : uint32_t { kValues = 1, kIndices = 2, kDims = 3 };
};

/// StringStringEntryProto.
struct EntryField {
  enum : uint32_t { kKey = 1, kValue = 2 };
};

struct OpsetField {
  enum : uint32_t { kDomain = 1, kVersion = 2 };
};

struct ValueInfoField {
  enum : uint32_t { kName = 1, kType = 2 };
};

struct TypeField {
  enum : uint32_t { kTensor = 1, kSequence = 4, kMap = 5, kSparseTensor = 8, kOptional = 9 };
};

struct TensorTypeField {
  enum : uint32_t { kElementType = 1, kShape = 2 };
};

struct ElementTypeField {
  enum : uint32_t { kType = 1 };
};

struct MapTypeField {
  enum : uint32_t { kValueType = 2 };
};

struct ShapeField {
  enum : uint32_t { kDim = 1 };
};

struct DimField {
  enum : uint32_t { kValue = 1, kSymbol = 2 };
};

}  // namespace ntrt
