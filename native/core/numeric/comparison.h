#pragma once
// How far two arrays of numbers are from each other, element by element, in one pass over them.

#include <cstddef>

#include "core/dtype.h"

namespace ntrt {

/// All are doubles, and cross to JavaScript as a Float64Array in this order (`ComparisonField` of
/// `lib/native/contract.ts`; a test compares them). Sums of parts of the data can be continued.
struct Comparison {
  double count = 0;
  double finite = 0;                 ///< both neither NaN nor infinite; all but the mismatches is of these
  double mismatches = 0;             ///< one or both not finite, and not the same infinity or both NaN
  double largest_error = -1;         ///< of |a - b|; -1: there was no finite pair yet
  double largest_error_index = -1;   ///< the first that has it
  double first_mismatch_index = -1;  ///< -1: none
  double absolute_errors = 0;        ///< sum of |a - b|
  double error_squares = 0;          ///< sum of (a - b)²
  double a_squares = 0;
  double b_squares = 0;
  double products = 0;  ///< sum of a·b
};

/// Any type but strings; bool counts as 0 and 1.
bool is_number(DType type) noexcept;

/// Adds `count` pairs of elements of types of which is_number() holds. Computes with doubles; the difference of two
/// int64 or two uint64 is exact before it becomes one. Memory need not be aligned. Allocates nothing.
void add_comparison(Comparison& comparison, DType a_type, const void* a, DType b_type, const void* b,
                    size_t count) noexcept;

}  // namespace ntrt
