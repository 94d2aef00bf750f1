#include "test/standins/tensorrt/parser/refitter.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/not_modelled.h"
#include "test/standins/tensorrt/weights.h"

namespace standin {

using nvonnxparser::ErrorCode;

bool ParserRefitter::add_error(ParserError error) {
  voice_.error(nvinfer1::ErrorCode::kUNSPECIFIED_ERROR, error.desc());
  errors_.push_back(std::move(error));
  return false;
}

bool ParserRefitter::refitFromBytes(const void* bytes, size_t size, const char* path) noexcept {
  if (!call("refitFromBytes")) return add_error({ErrorCode::kINTERNAL_ERROR, "a fault that was asked for"});
  ModelPtr model;
  try {
    model = read_model(std::string(static_cast<const char*>(bytes), size), path != nullptr ? path : "");
  } catch (const std::exception& error) {
    return add_error({ErrorCode::kMODEL_DESERIALIZE_FAILED, error.what()});
  }
  std::vector<const char*> known(static_cast<size_t>(refitter_.getAllWeights(0, nullptr)));
  refitter_.getAllWeights(static_cast<int32_t>(known.size()), known.data());
  bool is_whole = true;
  for (const WeightPlace& place : find_weights(model->bytes)) {
    // What the builder made nothing of is no weight of the engine.
    if (std::ranges::find(known, place.name, [](const char* name) { return std::string_view(name); }) == known.end()) {
      continue;
    }
    const auto count = static_cast<int64_t>(place.bytes) / element_bytes(place.type);
    const nvinfer1::Weights weights{place.type, model->bytes.data() + place.offset, count};
    if (refitter_.setNamedWeights(place.name.c_str(), weights)) continue;
    is_whole = add_error({ErrorCode::kREFIT_FAILED, "the weights " + place.name + " do not fit"});
  }
  return is_whole;
}

bool ParserRefitter::refitFromFile(const char* path) noexcept {
  std::ifstream file(path, std::ios::binary);
  if (!file) return add_error({ErrorCode::kMODEL_DESERIALIZE_FAILED, std::string("cannot open ") + path});
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return refitFromBytes(bytes.data(), bytes.size(), path);
}

const nvonnxparser::IParserError* ParserRefitter::getError(int32_t index) const noexcept {
  return index < 0 || index >= getNbErrors() ? nullptr : &errors_[static_cast<size_t>(index)];
}

bool ParserRefitter::loadModelProto(const void*, size_t, const char*) noexcept {
  return not_modelled<bool>("IParserRefitter::loadModelProto");
}
bool ParserRefitter::loadInitializer(const char*, const void*, size_t) noexcept {
  return not_modelled<bool>("IParserRefitter::loadInitializer");
}
bool ParserRefitter::refitModelProto() noexcept { return not_modelled<bool>("IParserRefitter::refitModelProto"); }
void ParserRefitter::setRefitObserver(nvonnxparser::IRefitterObserver*) noexcept {
  not_modelled<void>("IParserRefitter::setRefitObserver");
}

}  // namespace standin
