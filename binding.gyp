{
  'variables': {
    # scripts/lib/native-build.mjs passes it; a plain `npx node-gyp rebuild` asks here.
    'onnxruntime_include%': '<!(node scripts/lib/headers-path.mjs)',
  },
  'targets': [
    {
      'target_name': 'node_tensorrt',
      'sources': ['<!@(node scripts/lib/native-sources.mjs)'],
      'include_dirs': [
        'native',
        '<!(node -p "require(\'node-addon-api\').include_dir")',
        '<(onnxruntime_include)',
      ],
      'defines': [
        'NAPI_VERSION=9',
        'NODE_ADDON_API_DISABLE_DEPRECATED',
        'NAPI_DISABLE_CPP_EXCEPTIONS',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        'NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS',
      ],
      # Exceptions are for the C++ layers below the binding; the binding itself throws none into N-API.
      'cflags_cc!': ['-fno-exceptions', '-std=gnu++17', '-std=gnu++20'],
      'cflags!': ['-fno-exceptions', '-O3'],
      'cflags': ['-O2', '-Wall', '-Wextra', '-Wno-unused-parameter', '-fvisibility=hidden'],
      'cflags_cc': ['-std=c++20', '-fexceptions', '-fvisibility-inlines-hidden'],
      'configurations': {
        'Release': { 'cflags!': ['-O3'] },
      },
      'conditions': [
        ['OS=="linux"', {
          # The linker runs in build/. cmake/addon.cmake says what the flags are for.
          'ldflags': ['-Wl,-Bsymbolic', '-Wl,--version-script=../native/exports.map', '-Wl,-z,nodelete'],
          'libraries': ['-ldl', '-lpthread'],
        }],
      ],
      'xcode_settings': {
        'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
        'CLANG_CXX_LIBRARY': 'libc++',
        'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
        'GCC_OPTIMIZATION_LEVEL': '2',
        'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
        'MACOSX_DEPLOYMENT_TARGET': '13.3',
        'WARNING_CFLAGS': ['-Wall', '-Wextra', '-Wno-unused-parameter'],
      },
      'msvs_settings': {
        'VCCLCompilerTool': {
          'ExceptionHandling': 1,
          'AdditionalOptions': ['/std:c++20', '/EHsc', '/utf-8'],
        },
      },
      'msvs_disabled_warnings': [4100],
    },
  ],
}
