#pragma once
// Bytes for a ModelSource to hold.

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/model_source.h"

namespace ntrt::testing {

inline SharedBytes shared_bytes(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::span<const std::byte> view(*owner);
  return {std::move(owner), view};
}

}  // namespace ntrt::testing
