#pragma once
// A model, samples for it, and what ONNX Runtime makes of them in float32 on a processor: a folder that
// scripts/lib/gpu/cases.mjs writes. Its case.txt has one thing a line:
//   snr 40                        dB that every output must have over its differences
//   sample NAME                   begins a sample
//   input NAME 1x3x48x320 FILE    bytes as TensorRT takes them
//   output NAME 1x40x6625 FILE    float32

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "backends/tensorrt/builder/profile.h"
#include "test/gpu/item.h"
#include "test/nvidia/model_file.h"

namespace ntrt::gpu {

struct CaseTensor {
  std::string name;
  nvinfer1::Dims dims;
  std::string bytes;
};

struct CaseSample {
  std::string name;
  std::vector<CaseTensor> inputs;
  std::vector<CaseTensor> outputs;
};

struct ModelCase {
  std::string path;
  double least_snr = 0;
  std::vector<CaseSample> samples;

  static ModelCase read(const std::filesystem::path& folder) {
    ModelCase result;
    result.path = (folder / "model.onnx").string();
    std::ifstream file(folder / "case.txt");
    std::string line;
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "snr") {
        words >> result.least_snr;
      } else if (what == "sample") {
        result.samples.push_back({line.substr(what.size() + 1), {}, {}});
      } else {
        expect((what == "input" || what == "output") && !result.samples.empty(),
               "a line of case.txt is wrong: " + line);
        std::string name, dims, data;
        words >> name >> dims >> data;
        CaseSample& sample = result.samples.back();
        (what == "input" ? sample.inputs : sample.outputs)
            .push_back({name, tensorrt::parse_shape(dims), nvidia::read_model((folder / data).string())});
      }
      expect(!words.fail(), "a line of case.txt is wrong: " + line);
    }
    expect(!result.samples.empty(), "no samples in " + folder.string());
    return result;
  }

  /// From the smallest to the largest of the samples, best for the first.
  tensorrt::InputProfile profile(size_t input) const {
    const CaseTensor& first = samples.front().inputs.at(input);
    tensorrt::InputProfile profile{first.name, {first.dims, first.dims, first.dims}};
    for (const CaseSample& sample : samples) {
      const nvinfer1::Dims& dims = sample.inputs.at(input).dims;
      for (int32_t i = 0; i < dims.nbDims; ++i) {
        profile.shapes[0].d[i] = std::min(profile.shapes[0].d[i], dims.d[i]);
        profile.shapes[2].d[i] = std::max(profile.shapes[2].d[i], dims.d[i]);
      }
    }
    return profile;
  }
};

/// How far results of one output are from the expected ones, over all samples: in one of them nothing may be there to
/// be found, and nothing but rounding errors left to be compared.
class SignalToNoise {
 public:
  void add(const std::string& actual, const std::string& expected) {
    if (actual.size() != expected.size()) noise_ = NAN;
    for (size_t at = 0; at + sizeof(float) <= std::min(actual.size(), expected.size()); at += sizeof(float)) {
      float is = 0;
      float wanted = 0;
      std::memcpy(&is, actual.data() + at, sizeof(float));
      std::memcpy(&wanted, expected.data() + at, sizeof(float));
      const double difference = static_cast<double>(is) - wanted;
      signal_ += static_cast<double>(wanted) * wanted;
      noise_ += difference * difference;
    }
  }

  /// Not a number where a result is none, or nothing was added; infinite where all are equal.
  double db() const { return noise_ == 0 && signal_ > 0 ? INFINITY : 10 * std::log10(signal_ / noise_); }

 private:
  double signal_ = 0;
  double noise_ = 0;
};

}  // namespace ntrt::gpu
