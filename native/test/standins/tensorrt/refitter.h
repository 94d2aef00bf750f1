#pragma once
// IRefitter: other weights for an engine, by the names of its model's initialisers.

#include <map>
#include <string>
#include <vector>

#include "loud.h"
#include "test/standins/tensorrt/engine.h"
#include "test/standins/tensorrt/weights.h"

namespace standin {

class Refitter final : public nvinfer1::loud::Refitter {
 public:
  Refitter(Engine& engine, Voice voice);

  bool setNamedWeights(const char* name, nvinfer1::Weights weights) noexcept override;
  int32_t getMissingWeights(int32_t size, const char** names) noexcept override;
  int32_t getAllWeights(int32_t size, const char** names) noexcept override;
  bool refitCudaEngine() noexcept override;
  nvinfer1::ILogger* getLogger() const noexcept override { return voice_.logger(); }
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override { voice_.set_recorder(recorder); }
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return voice_.recorder(); }

 private:
  bool is_missing(const WeightPlace& place) const;

  Engine& engine_;
  Voice voice_;
  std::vector<WeightPlace> places_;
  std::map<std::string, std::string> given_;  // values by name
};

}  // namespace standin
