#include "binding/numeric.h"

#include <array>
#include <cstring>
#include <string>

#include "binding/guard.h"
#include "binding/read_text.h"
#include "binding/tensor_argument.h"
#include "core/numeric/convert.h"
#include "core/numeric/float_statistics.h"

namespace ntrt::binding {
namespace {

using Arguments = std::array<napi_value, 4>;

// The library has checked all of it; this only keeps what is wrong all the same from being misread.
void require(bool condition, const char* expected) {
  if (!condition) throw Error(Code::kInternal, std::string("expected ") + expected);
}

DType to_float_type(napi_env env, napi_value value) {
  uint32_t number = kNumDTypes;
  const bool is_type = napi_get_value_uint32(env, value, &number) == napi_ok && number < kNumDTypes;
  require(is_type && is_float(static_cast<DType>(number)), "a floating-point type");
  return static_cast<DType>(number);
}

ArrayView to_bytes(napi_env env, napi_value value) {
  ArrayView view;
  require(view_typed_array(env, value, view) && view.type == napi_uint8_array, "a Uint8Array");
  return view;
}

/// How many elements of that type there are.
size_t count_of(const ArrayView& view, DType type) {
  require(view.bytes % dtype_size(type) == 0, "whole elements");
  return view.bytes / dtype_size(type);
}

/// What was summed up so far: FloatStatistics, which has nothing but doubles, in a Float64Array. All zeros are nothing
/// yet.
class Sums {
 public:
  Sums(napi_env env, napi_value value) {
    const bool is_array = view_typed_array(env, value, view_) && view_.type == napi_float64_array;
    require(is_array && view_.bytes == sizeof(FloatStatistics), "a Float64Array with all sums");
    const double count = *static_cast<const double*>(view_.data);
    if (count != 0) std::memcpy(&sums, view_.data, sizeof(sums));
  }

  void store() const noexcept { std::memcpy(view_.data, &sums, sizeof(sums)); }

  FloatStatistics sums;

 private:
  ArrayView view_;
};

/// convertFloats(source, from, target, to)
void convert(napi_env env, const Arguments& arguments) {
  const ArrayView source = to_bytes(env, arguments[0]);
  const DType from = to_float_type(env, arguments[1]);
  const ArrayView target = to_bytes(env, arguments[2]);
  const DType to = to_float_type(env, arguments[3]);
  const size_t count = count_of(source, from);
  require(count_of(target, to) == count, "as many elements in the target as in the source");
  convert_floats(from, source.data, to, target.data, count);
}

/// addStatistics(data, type, target, sums)
void statistics(napi_env env, const Arguments& arguments) {
  const ArrayView data = to_bytes(env, arguments[0]);
  const DType type = to_float_type(env, arguments[1]);
  const DType target = to_float_type(env, arguments[2]);
  const size_t count = count_of(data, type);
  Sums sums(env, arguments[3]);
  add_statistics(sums.sums, type, data.data, count, target);
  sums.store();
}

template <void (*kBody)(napi_env, const Arguments&)>
napi_value call_function(napi_env env, napi_callback_info info) noexcept {
  return guarded(
      env, [] { return nullptr; },
      [&]() -> napi_value {
        Arguments arguments{};
        size_t count = arguments.size();
        check_alive(napi_get_cb_info(env, info, &count, arguments.data(), nullptr, nullptr));
        kBody(env, arguments);
        return nullptr;
      });
}

template <void (*kBody)(napi_env, const Arguments&)>
void define(Napi::Env env, Napi::Object exports, const char* name) {
  napi_value function = nullptr;
  check_alive(napi_create_function(env, name, NAPI_AUTO_LENGTH, call_function<kBody>, nullptr, &function));
  exports.Set(name, function);
}

}  // namespace

void define_numeric(Napi::Env env, Napi::Object exports) {
  define<convert>(env, exports, "convertFloats");
  define<statistics>(env, exports, "addStatistics");
}

}  // namespace ntrt::binding
