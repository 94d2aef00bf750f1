#pragma once
// The weights within the bytes of a model: what a plan leaves out, a refitter puts in, and the host streams.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "test/standins/tensorrt/shapes.h"

namespace standin {

/// A floating-point initialiser of the main graph whose values are in the model's own file.
struct WeightPlace {
  std::string name;
  DataType type = DataType::kFLOAT;
  size_t offset = 0;  ///< in the model
  size_t bytes = 0;
};

std::vector<WeightPlace> find_weights(std::string_view model);

/// Of all of them together.
int64_t weight_bytes(std::string_view model);

/// The same bytes without the values.
std::string without_weights(std::string model);

}  // namespace standin
