#include "model/shapes/facts.h"

#include <algorithm>

#include "model/onnx_types.h"
#include "model/shapes/dims.h"

namespace ntrt {

std::optional<uint64_t> ValueFacts::bytes() const noexcept {
  if (!dims || data_type <= 0 || static_cast<size_t>(data_type) >= kNumOnnxTypes) return std::nullopt;
  return shapes::product_of(*dims).bytes(element_bits(data_type));
}

ValueFacts facts_of(const OutlineTensor& tensor) {
  ValueFacts facts;
  facts.data_type = tensor.data_type;
  facts.constant = true;
  if (shapes::all_in_range(tensor.dims)) facts.dims = tensor.dims;
  facts.ints = tensor.ints;
  facts.floats = tensor.floats;
  return facts;
}

}  // namespace ntrt
