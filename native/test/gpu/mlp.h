#pragma once
// The perceptron: its ONNX file, rows to put in, and what ONNX Runtime made of them on a processor.
// scripts/lib/gpu/models.mjs writes the files.

#include <NvInfer.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "test/gpu/bytes.h"
#include "test/gpu/item.h"
#include "test/nvidia/model_file.h"

namespace ntrt::gpu {

class Mlp {
 public:
  static constexpr int kWidth = 1024;

  std::string model;

  static Mlp read(const std::string& folder) {
    Mlp mlp;
    mlp.model = nvidia::read_model(folder + "/mlp.onnx");
    mlp.input_ = read_floats(folder + "/mlp.input.f32");
    mlp.expected_ = read_floats(folder + "/mlp.expected.f32");
    expect(mlp.input_.size() == mlp.expected_.size() && mlp.rows() >= 8, "the files of the model do not fit together");
    return mlp;
  }

  int rows() const { return static_cast<int>(input_.size() / kWidth); }
  std::span<const float> input_rows(int rows) const { return std::span(input_).first(count(rows)); }
  std::span<const float> expected_rows(int rows) const { return std::span(expected_).first(count(rows)); }

  static size_t count(int rows) { return static_cast<size_t>(rows) * kWidth; }
  static nvinfer1::Dims dims(int rows) { return nvinfer1::Dims{2, {rows, kWidth}}; }

 private:
  static std::vector<float> read_floats(const std::string& file) {
    const std::string bytes = nvidia::read_model(file);
    std::vector<float> floats(bytes.size() / sizeof(float));
    std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
    return floats;
  }

  std::vector<float> input_;
  std::vector<float> expected_;
};

}  // namespace ntrt::gpu
