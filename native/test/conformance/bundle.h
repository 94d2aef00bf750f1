#pragma once
// The file in which tensors come to raw_run and go back; test/conformance/bundle.mjs describes it.

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace ntrt::conformance {

struct Tensor {
  std::string name;
  int32_t type = 0;  ///< ONNXTensorElementDataType, which is TensorProto.DataType for the types that are sent here
  std::vector<int64_t> dims;
  std::string data;  ///< of strings: each with its length in four bytes before it
};

class BundleReader {
 public:
  explicit BundleReader(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open " + path);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }

  std::vector<Tensor> read() {
    std::vector<Tensor> tensors(number<uint32_t>());
    for (Tensor& tensor : tensors) {
      tensor.name = text(number<uint32_t>());
      tensor.type = number<int32_t>();
      tensor.dims.resize(number<uint32_t>());
      for (int64_t& dim : tensor.dims) dim = number<int64_t>();
      tensor.data = text(number<uint64_t>());
    }
    return tensors;
  }

 private:
  template <typename T>
  T number() {
    T value;
    const std::string bytes = text(sizeof value);
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  std::string text(size_t length) {
    if (length > bytes_.size() - at_) throw std::runtime_error("a bundle ends too early");
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }

  std::string bytes_;
  size_t at_ = 0;
};

template <typename T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void write_bundle(const std::string& path, const std::vector<Tensor>& tensors) {
  std::string bytes;
  append(bytes, static_cast<uint32_t>(tensors.size()));
  for (const Tensor& tensor : tensors) {
    append(bytes, static_cast<uint32_t>(tensor.name.size()));
    bytes += tensor.name;
    append(bytes, tensor.type);
    append(bytes, static_cast<uint32_t>(tensor.dims.size()));
    for (const int64_t dim : tensor.dims) append(bytes, dim);
    append(bytes, static_cast<uint64_t>(tensor.data.size()));
    bytes += tensor.data;
  }
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

/// Strings, each with its length before it.
inline std::string pack_strings(const std::vector<std::string>& strings) {
  std::string bytes;
  for (const std::string& text : strings) {
    append(bytes, static_cast<uint32_t>(text.size()));
    bytes += text;
  }
  return bytes;
}

inline std::vector<std::string> unpack_strings(const std::string& bytes) {
  std::vector<std::string> strings;
  for (size_t at = 0; at < bytes.size();) {
    uint32_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    strings.push_back(bytes.substr(at + sizeof length, length));
    at += sizeof length + length;
  }
  return strings;
}

}  // namespace ntrt::conformance
