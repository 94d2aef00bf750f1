#pragma once
// IBuilder.

#include <deque>
#include <optional>
#include <string>

#include "loud.h"
#include "test/standins/tensorrt/config.h"
#include "test/standins/tensorrt/network.h"
#include "test/standins/tensorrt/plan.h"
#include "test/standins/tensorrt/profile.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

class HostMemory final : public nvinfer1::loud::HostMemory {
 public:
  explicit HostMemory(std::string bytes) : bytes_(std::move(bytes)) {}
  void* data() const noexcept override { return bytes_.data(); }
  size_t size() const noexcept override { return bytes_.size(); }
  DataType type() const noexcept override { return DataType::kINT8; }

 private:
  mutable std::string bytes_;
};

class Builder final : public nvinfer1::loud::Builder {
 public:
  explicit Builder(Voice voice) : voice_(voice) {}

  nvinfer1::IBuilderConfig* createBuilderConfig() noexcept override { return new Config(voice_); }
  nvinfer1::INetworkDefinition* createNetworkV2(nvinfer1::NetworkDefinitionCreationFlags flags) noexcept override {
    return new Network(*this, flags, voice_);
  }
  /// Owned by the builder.
  nvinfer1::IOptimizationProfile* createOptimizationProfile() noexcept override {
    return &profiles_.emplace_back(voice_);
  }
  nvinfer1::IHostMemory* buildSerializedNetwork(nvinfer1::INetworkDefinition& network,
                                                nvinfer1::IBuilderConfig& config) noexcept override;
  bool buildSerializedNetworkToStream(nvinfer1::INetworkDefinition& network, nvinfer1::IBuilderConfig& config,
                                      nvinfer1::IStreamWriter& writer) noexcept override;
  void reset() noexcept override { profiles_.clear(); }
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override { voice_.set_recorder(recorder); }
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return voice_.recorder(); }
  nvinfer1::ILogger* getLogger() const noexcept override { return voice_.logger(); }
  bool setMaxThreads(int32_t number) noexcept override;
  int32_t getMaxThreads() const noexcept override { return threads_; }

 private:
  std::optional<std::string> build(Network& network, const Config& config);
  bool check_profiles(const Model& model, const Config& config) const;
  bool note_timing(const Model& model, const Config& config) const;
  std::optional<std::vector<int>> targets(const Model& model, const Config& config) const;

  Voice voice_;
  std::deque<Profile> profiles_;
  int32_t threads_ = 1;
};

}  // namespace standin
