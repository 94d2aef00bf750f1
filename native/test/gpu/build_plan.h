#pragma once
// TensorRT builds a model for one profile, in float32 where it is float32.

#include <memory>
#include <string>
#include <vector>

#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/builder/profile.h"
#include "test/gpu/item.h"

namespace ntrt::gpu {

struct BuiltPlan {
  std::unique_ptr<nvinfer1::IHostMemory> plan;
  int32_t num_layers = 0;  ///< of the network
};

/// `path`: null, or where external data is looked for. TF32, which computes float32 with 11 bits, is off.
inline BuiltPlan build_plan(const tensorrt::Libraries& libraries, const std::string& model, const char* path,
                            const std::vector<tensorrt::InputProfile>& inputs) {
  tensorrt::TensorRtLog log;
  const auto builder = libraries.builder(log);
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  const auto parser = libraries.parser(*network, log);
  const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  expect(parser->parse(model.data(), model.size(), path), log.explain("the parser refuses the model"));
  config->clearFlag(nvinfer1::BuilderFlag::kTF32);
  nvinfer1::IOptimizationProfile* profile = builder->createOptimizationProfile();  // owned by the builder
  for (const tensorrt::InputProfile& input : inputs) tensorrt::add_profile(*profile, input);
  expect(config->addOptimizationProfile(profile) >= 0, log.explain("TensorRT does not take the profile"));
  std::unique_ptr<nvinfer1::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
  expect(plan != nullptr, log.explain("TensorRT builds nothing"));
  return {std::move(plan), network->getNbLayers()};
}

}  // namespace ntrt::gpu
