#include "test/standins/tensorrt/parser/refitter.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/not_modelled.h"
#include "test/standins/tensorrt/weights.h"

namespace standin {

using nvonnxparser::ErrorCode;

bool ParserRefitter::refitFromBytes(const void* bytes, size_t size, const char* path) noexcept {
  if (!call("refitFromBytes")) return errors_.add({ErrorCode::kINTERNAL_ERROR, "a fault that was asked for"});
  const ModelPtr model = read_given(bytes, size, path, errors_);
  if (model == nullptr) return false;
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
    is_whole = errors_.add({ErrorCode::kREFIT_FAILED, "the weights " + place.name + " do not fit"});
  }
  return is_whole;
}

bool ParserRefitter::refitFromFile(const char* path) noexcept {
  const auto bytes = read_file(path, errors_);
  return bytes && refitFromBytes(bytes->data(), bytes->size(), path);
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
