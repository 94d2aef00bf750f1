#include "test/standins/tensorrt/refitter.h"

#include <algorithm>
#include <exception>

#include "test/standins/tensorrt/driver.h"

namespace standin {

using nvinfer1::ErrorCode;

Refitter::Refitter(Engine& engine, Voice voice)
    : engine_(engine), voice_(voice), places_(find_weights(engine.model_bytes())) {}

/// A plan that has its weights keeps those which it is not given.
bool Refitter::is_missing(const WeightPlace& place) const {
  return engine_.lacks_weights() && !given_.contains(place.name);
}

bool Refitter::setNamedWeights(const char* name, nvinfer1::Weights weights) noexcept {
  const auto place = std::ranges::find(places_, std::string(name), &WeightPlace::name);
  if (place == places_.end()) {
    return voice_.error(ErrorCode::kINVALID_ARGUMENT, std::string("the engine has no weights ") + name);
  }
  const auto bytes = static_cast<size_t>(weights.count) * static_cast<size_t>(element_bytes(weights.type));
  if (weights.type != place->type || bytes != place->bytes) {
    return voice_.error(ErrorCode::kINVALID_ARGUMENT,
                        std::string("the weights ") + name + " have another type or size than in the engine");
  }
  given_[name] = std::string(static_cast<const char*>(weights.values), bytes);
  return true;
}

int32_t Refitter::getMissingWeights(int32_t size, const char** names) noexcept {
  int32_t count = 0;
  for (const WeightPlace& place : places_) {
    if (!is_missing(place)) continue;
    if (names != nullptr && count < size) names[count] = place.name.c_str();
    ++count;
  }
  return count;
}

int32_t Refitter::getAllWeights(int32_t size, const char** names) noexcept {
  for (size_t i = 0; names != nullptr && i < places_.size() && static_cast<int32_t>(i) < size; ++i) {
    names[i] = places_[i].name.c_str();
  }
  return static_cast<int32_t>(places_.size());
}

bool Refitter::refitCudaEngine() noexcept {
  if (!call("refitCudaEngine")) return voice_.error(ErrorCode::kINTERNAL_ERROR, "a fault that was asked for");
  if (getMissingWeights(0, nullptr) > 0) {
    return voice_.error(ErrorCode::kINVALID_STATE, "weights of the engine are missing");
  }
  std::string model = engine_.model_bytes();
  for (const WeightPlace& place : places_) {
    const auto given = given_.find(place.name);
    if (given != given_.end()) model.replace(place.offset, place.bytes, given->second);
  }
  try {
    engine_.take_weights(std::move(model));
    return true;
  } catch (const std::exception& error) {
    return voice_.error(ErrorCode::kINTERNAL_ERROR, error.what());
  }
}

}  // namespace standin
