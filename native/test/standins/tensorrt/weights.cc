#include "test/standins/tensorrt/weights.h"

#include <algorithm>
#include <span>

#include "model/onnx_fields.h"
#include "model/protobuf_reader.h"

namespace standin {
namespace {

using ntrt::ProtobufReader;
using ntrt::WireField;

bool is_float(DataType type) { return type == DataType::kFLOAT || type == DataType::kHALF || type == DataType::kBF16; }

std::vector<WireField> fields_of(std::span<const std::byte> message) {
  std::vector<WireField> fields;
  ProtobufReader reader(message);
  for (WireField field; reader.next(field);) fields.push_back(field);
  return fields;
}

void add_weight(std::span<const std::byte> initializer, const std::byte* start, std::vector<WeightPlace>& places) {
  WeightPlace place;
  std::span<const std::byte> values;
  bool has_type = false;
  for (const WireField& field : fields_of(initializer)) {
    if (field.number == ntrt::TensorField::kName) place.name = field.text();
    const bool has_values =
        field.number == ntrt::TensorField::kRawData || field.number == ntrt::TensorField::kFloatData;
    if (has_values && field.type == ntrt::WireType::kBytes) values = field.bytes;
    if (field.number != ntrt::TensorField::kDataType) continue;
    const auto known = std::ranges::find(kElementTypes, static_cast<int32_t>(field.value), &ElementType::onnx);
    has_type = known != kElementTypes.end() && is_float(known->type);
    if (has_type) place.type = known->type;
  }
  if (!has_type || values.empty()) return;
  place.offset = static_cast<size_t>(values.data() - start);
  place.bytes = values.size();
  places.push_back(std::move(place));
}

}  // namespace

std::vector<WeightPlace> find_weights(std::string_view model) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(model));
  std::vector<WeightPlace> places;
  for (const WireField& part : fields_of(bytes)) {
    if (part.number != ntrt::ModelField::kGraph) continue;
    for (const WireField& field : fields_of(part.bytes)) {
      if (field.number == ntrt::GraphField::kInitializer) add_weight(field.bytes, bytes.data(), places);
    }
  }
  return places;
}

int64_t weight_bytes(std::string_view model) {
  int64_t sum = 0;
  for (const WeightPlace& place : find_weights(model)) sum += static_cast<int64_t>(place.bytes);
  return sum;
}

std::string without_weights(std::string model) {
  for (const WeightPlace& place : find_weights(model)) model.replace(place.offset, place.bytes, place.bytes, '\0');
  return model;
}

}  // namespace standin
