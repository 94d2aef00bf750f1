#pragma once
// Element types of TensorRT and ours.

#include <NvInferRuntimeBase.h>

#include <optional>

#include "core/dtype.h"

namespace ntrt::tensorrt {

/// None for what there is only inside of engines: 8 bits of floating point, 4 bits.
constexpr std::optional<DType> to_dtype(nvinfer1::DataType type) noexcept {
  switch (type) {
    case nvinfer1::DataType::kFLOAT:
      return DType::kFloat32;
    case nvinfer1::DataType::kHALF:
      return DType::kFloat16;
    case nvinfer1::DataType::kBF16:
      return DType::kBFloat16;
    case nvinfer1::DataType::kINT8:
      return DType::kInt8;
    case nvinfer1::DataType::kUINT8:
      return DType::kUint8;
    case nvinfer1::DataType::kINT32:
      return DType::kInt32;
    case nvinfer1::DataType::kINT64:
      return DType::kInt64;
    case nvinfer1::DataType::kBOOL:
      return DType::kBool;
    default:
      return std::nullopt;
  }
}

}  // namespace ntrt::tensorrt
