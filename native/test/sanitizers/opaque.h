#pragma once
// Hides a value's origin from the optimiser, which would otherwise find the seeded bugs itself, or remove them.

namespace ntrt::testing {

template <typename T>
T opaque(T value) {
  volatile T hidden = value;
  return hidden;
}

}  // namespace ntrt::testing
