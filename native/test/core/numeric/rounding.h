#pragma once
// Rounding to a floating-point format by arithmetic alone, to compare with what works on bits.

#include <cmath>
#include <cstdint>
#include <limits>

namespace ntrt::testing {

struct Format {
  int digits;        ///< binary, with the one that is not written
  int min_exponent;  ///< of the smallest normal number, 2^min_exponent
  double max;
};

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

inline constexpr Format kHalf = {11, -14, 65504};
inline constexpr Format kBrain = {8, -126, 0x1.fep127};

/// The nearest value of the format, ties to even, as a double. Not for NaN.
inline double round_to(double value, const Format& format) {
  if (value == 0 || std::isinf(value)) return value;
  const int exponent = std::max(std::ilogb(value), format.min_exponent) - (format.digits - 1);
  const double rounded = std::scalbn(std::nearbyint(std::scalbn(value, -exponent)), exponent);
  if (std::abs(rounded) <= format.max) return rounded;
  return std::copysign(std::numeric_limits<double>::infinity(), value);
}

/// Random bits, the same ones each time.
class Bits {
 public:
  uint64_t operator()() {  // splitmix64's steps
    uint64_t value = (state_ += 0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

 private:
  uint64_t state_ = 1;
};

}  // namespace ntrt::testing
