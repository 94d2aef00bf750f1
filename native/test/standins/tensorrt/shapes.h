#pragma once
// Dimensions and element types of NVIDIA's headers.

#include <NvInferRuntime.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace standin {

using nvinfer1::DataType;
using nvinfer1::Dims;

/// What NVIDIA's functions answer for what they do not know.
inline Dims no_dims() { return Dims{-1, {}}; }

inline Dims to_dims(const std::vector<int64_t>& sizes) {
  Dims dims{static_cast<int32_t>(sizes.size()), {}};
  std::copy(sizes.begin(), sizes.end(), dims.d);
  return dims;
}

inline bool is_same(const Dims& a, const Dims& b) {
  return a.nbDims == b.nbDims && std::equal(a.d, a.d + std::max(a.nbDims, 0), b.d);
}

inline bool has_open(const Dims& dims) {
  return dims.nbDims < 0 || std::any_of(dims.d, dims.d + dims.nbDims, [](int64_t size) { return size < 0; });
}

inline int64_t volume(const Dims& dims) {
  int64_t result = 1;
  for (int32_t i = 0; i < dims.nbDims; ++i) result *= dims.d[i];
  return result;
}

inline std::string text_of(const Dims& dims) {
  std::string text = "[";
  for (int32_t i = 0; i < dims.nbDims; ++i) text += (i > 0 ? ", " : "") + std::to_string(dims.d[i]);
  return text + "]";
}

/// Bytes of an element; 0 for types that the stand-in does not carry.
inline int32_t element_bytes(DataType type) {
  switch (type) {
    case DataType::kFLOAT:
    case DataType::kINT32:
      return 4;
    case DataType::kHALF:
    case DataType::kBF16:
      return 2;
    case DataType::kINT8:
    case DataType::kUINT8:
    case DataType::kBOOL:
      return 1;
    case DataType::kINT64:
      return 8;
    default:
      return 0;
  }
}

}  // namespace standin
