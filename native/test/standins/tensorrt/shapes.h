#pragma once
// Dimensions and element types of NVIDIA's headers.

#include <NvInferRuntime.h>

#include <algorithm>
#include <array>
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

/// An element type that the stand-in carries.
struct ElementType {
  DataType type;
  int32_t onnx;  ///< TensorProto.DataType, which ONNX Runtime's C API numbers alike
  int32_t bytes;
};

inline constexpr std::array<ElementType, 8> kElementTypes = {{{DataType::kFLOAT, 1, 4},
                                                              {DataType::kUINT8, 2, 1},
                                                              {DataType::kINT8, 3, 1},
                                                              {DataType::kINT32, 6, 4},
                                                              {DataType::kINT64, 7, 8},
                                                              {DataType::kBOOL, 9, 1},
                                                              {DataType::kHALF, 10, 2},
                                                              {DataType::kBF16, 16, 2}}};

/// Null for a type that the stand-in does not carry.
inline const ElementType* find_element_type(DataType type) {
  const auto found = std::ranges::find(kElementTypes, type, &ElementType::type);
  return found == kElementTypes.end() ? nullptr : &*found;
}

/// 0 likewise.
inline int32_t element_bytes(DataType type) {
  const ElementType* const known = find_element_type(type);
  return known == nullptr ? 0 : known->bytes;
}

}  // namespace standin
