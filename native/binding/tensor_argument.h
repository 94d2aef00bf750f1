#pragma once
// Tensor data as it comes from JavaScript.

#include <cstddef>
#include <string>
#include <vector>

#include "binding/napi_setup.h"
#include "core/error.h"
#include "core/tensor.h"

namespace ntrt::binding {

/// The memory behind a typed array, valid until JavaScript runs again.
struct ArrayView {
  void* data = nullptr;
  size_t bytes = 0;
  napi_typedarray_type type = napi_uint8_array;
};

/// False if `value` is not a typed array. A detached one has 0 bytes.
bool view_typed_array(napi_env env, napi_value value, ArrayView& view) noexcept;

/// Whether elements of `type` travel in typed arrays of this kind (float16 and bfloat16 in Uint16Array, bool in
/// Uint8Array).
bool carries(napi_typedarray_type array, DType type) noexcept;

/// Copies an array of JavaScript strings. Throws Error{kInvalidArgument} if `value` is none.
std::vector<std::string> read_strings(Napi::Env env, napi_value value, const std::string& tensor);

/// The error for data that does not fit its tensor; `received` is in bytes.
Error size_error(const std::string& tensor, size_t expected, size_t received);

}  // namespace ntrt::binding
