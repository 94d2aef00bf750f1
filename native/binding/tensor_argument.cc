#include "binding/tensor_argument.h"

#include <array>

#include "core/error.h"

namespace ntrt::binding {
namespace {

constexpr std::array<napi_typedarray_type, kNumDTypes - 1> kArrayTypes = {
    napi_float32_array,  napi_uint16_array,    napi_uint16_array, napi_float64_array, napi_int8_array,
    napi_uint8_array,    napi_int16_array,     napi_uint16_array, napi_int32_array,   napi_uint32_array,
    napi_bigint64_array, napi_biguint64_array, napi_uint8_array,
};

constexpr size_t element_bytes(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return 8;
    default:
      return 0;  // a kind that this version of Node-API does not name
  }
}

}  // namespace

bool view_typed_array(napi_env env, napi_value value, ArrayView& view) noexcept {
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, &view.type, &length, &view.data, nullptr, nullptr) != napi_ok) return false;
  view.bytes = length * element_bytes(view.type);
  return true;
}

bool carries(napi_typedarray_type array, DType type) noexcept {
  return type != DType::kString && kArrayTypes[static_cast<size_t>(type)] == array;
}

std::vector<std::string> read_strings(Napi::Env env, napi_value value, const std::string& tensor) {
  const auto fail = [&tensor] {
    throw Error(Code::kInvalidArgument, "tensor '" + tensor + "': expected an array of strings", {{"tensor", tensor}});
  };
  uint32_t length = 0;
  if (napi_get_array_length(env, value, &length) != napi_ok) fail();
  std::vector<std::string> strings(length);
  for (uint32_t i = 0; i < length; ++i) {
    // Long arrays would otherwise fill the handle scope of the call.
    const Napi::HandleScope scope(env);
    napi_value element = nullptr;
    size_t bytes = 0;
    if (napi_get_element(env, value, i, &element) != napi_ok ||
        napi_get_value_string_utf8(env, element, nullptr, 0, &bytes) != napi_ok) {
      fail();
    }
    strings[i].resize(bytes);
    napi_get_value_string_utf8(env, element, strings[i].data(), bytes + 1, &bytes);
  }
  return strings;
}

Error size_error(const std::string& tensor, size_t expected, size_t received) {
  return {Code::kInvalidArgument,
          "tensor '" + tensor + "': its data has " + std::to_string(received) + " bytes where " +
              std::to_string(expected) + " are expected; its buffer was detached or resized",
          {{"tensor", tensor},
           {"reason", "detached-or-resized"},
           {"expected", static_cast<double>(expected)},
           {"received", static_cast<double>(received)}}};
}

}  // namespace ntrt::binding
