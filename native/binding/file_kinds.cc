#include "binding/file_kinds.h"

#include <array>
#include <string>

#include "binding/guard.h"
#include "binding/read_text.h"
#include "binding/tensor_argument.h"
#include "model/file_kind.h"

namespace ntrt::binding {
namespace {

napi_value file_kind(napi_env raw_env, napi_callback_info info) noexcept {
  return guarded(
      raw_env, [] { return nullptr; },
      [&]() -> napi_value {
        std::array<napi_value, 2> arguments{};
        size_t count = arguments.size();
        check_alive(napi_get_cb_info(raw_env, info, &count, arguments.data(), nullptr, nullptr));
        ArrayView view;
        int64_t size = -1;
        const bool valid = view_typed_array(raw_env, arguments[0], view) && view.type == napi_uint8_array &&
                           napi_get_value_int64(raw_env, arguments[1], &size) == napi_ok && size >= 0;
        if (!valid) throw Error(Code::kInternal, "expected a Uint8Array and a size");
        const Napi::Env env(raw_env);
        const std::span beginning(static_cast<const std::byte*>(view.data), view.bytes);
        const FileKind* kind = recognise_file(beginning, static_cast<uint64_t>(size));
        if (kind == nullptr) return env.Undefined();
        Napi::Object object = Napi::Object::New(env);
        object.Set("name", std::string(kind->name));
        object.Set("advice", std::string(kind->advice));
        return object;
      });
}

}  // namespace

void define_file_kinds(Napi::Env env, Napi::Object exports) {
  napi_value function = nullptr;
  check_alive(napi_create_function(env, "fileKind", NAPI_AUTO_LENGTH, file_kind, nullptr, &function));
  exports.Set("fileKind", function);
}

}  // namespace ntrt::binding
