#pragma once
// What converting values to another type would lose, in one pass over them.

#include <cstddef>
#include <limits>

#include "core/dtype.h"

namespace ntrt {

/// All are doubles, and cross to JavaScript as a Float64Array in this order (`StatisticsField` of
/// `lib/native/contract.ts`; a test compares them). Sums of parts of the data can be continued.
struct FloatStatistics {
  double count = 0;
  double finite = 0;  ///< neither NaN nor infinite; all below is of these
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double smallest_magnitude = std::numeric_limits<double>::infinity();  ///< of what is not zero
  double largest_magnitude = 0;
  double overflows = 0;      ///< infinite in the target type
  double vanishing = 0;      ///< not zero, but zero in the target type
  double subnormal = 0;      ///< subnormal in the target type
  double squares = 0;        ///< sum of x²
  double error_squares = 0;  ///< sum of (x - converted x)², of what does not overflow
};

/// Adds `count` elements of a type of which is_float() holds, as they would be in the type `target`, of which it holds
/// as well. Memory need not be aligned. Allocates nothing.
void add_statistics(FloatStatistics& statistics, DType type, const void* data, size_t count, DType target) noexcept;

}  // namespace ntrt
