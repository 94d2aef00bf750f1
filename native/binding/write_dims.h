#pragma once
// Dimensions of a model's inputs and outputs, for JavaScript.

#include <vector>

#include "binding/napi_setup.h"
#include "core/tensor.h"

namespace ntrt::binding {

/// Numbers, and names of symbolic dimensions.
inline Napi::Array write_dims(Napi::Env env, const std::vector<Dim>& dims) {
  Napi::Array array = Napi::Array::New(env, dims.size());
  for (size_t i = 0; i < dims.size(); ++i) {
    if (const auto* size = std::get_if<int64_t>(&dims[i])) {
      array.Set(static_cast<uint32_t>(i), Napi::Number::New(env, static_cast<double>(*size)));
    } else {
      array.Set(static_cast<uint32_t>(i), Napi::String::New(env, std::get<std::string>(dims[i])));
    }
  }
  return array;
}

}  // namespace ntrt::binding
