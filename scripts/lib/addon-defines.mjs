/** The defines of binding.gyp, for what compiles the addon's sources without it; a test compares the two. */
export const addonDefines = [
  'NAPI_VERSION=9',
  'NODE_ADDON_API_DISABLE_DEPRECATED',
  'NAPI_DISABLE_CPP_EXCEPTIONS',
  'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  'NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS',
];
