#pragma once
// The one include site of node-addon-api. The switches come from the build files, because every translation unit
// must agree on them: exceptions of JavaScript stay inside napi values (NAPI_DISABLE_CPP_EXCEPTIONS), an exception
// that can no longer be thrown because its worker is being terminated is swallowed instead of aborting the process
// (NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS), and finalizers may not run JavaScript
// (NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS).

#include <napi.h>

namespace ntrt::binding {

/// Marks our wrapped objects, so that a method called on something else is refused and not misread.
inline constexpr napi_type_tag kPortTag = {0x5d6c1f0a9b3e4721, 0x8f24c6b07d19e35a};
inline constexpr napi_type_tag kEngineTag = {0xc41e7a52086d4fb3, 0x92b7350fe8da1c66};
inline constexpr napi_type_tag kModelCacheTag = {0x6f0d83b2c5e94a17, 0xa3d2741cf86b09e5};
inline constexpr napi_type_tag kStagingTag = {0x17f98d3b6ac24e05, 0xb60cd4e1937f28a9};

/// Of anything at all. Asked of undefined, Node-API itself would leave an exception pending.
inline bool has_tag(napi_env env, napi_value value, const napi_type_tag& tag) noexcept {
  napi_valuetype type = napi_undefined;
  bool tagged = false;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_object &&
         napi_check_object_type_tag(env, value, &tag, &tagged) == napi_ok && tagged;
}

}  // namespace ntrt::binding
