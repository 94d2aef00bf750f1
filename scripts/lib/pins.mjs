/** The Linux wheel, whatever the system: only data in it is used. @param {string} platform */
const wheelTags = (platform) => [
  ...['--platform', platform, '--python-version', '3.11'],
  ...['--implementation', 'cp', '--abi', 'cp311'],
];

/**
 * The one table of what set-up fetches besides package-lock.json: version and expected hash of each part.
 * A hash is of the content, so it does not matter which mirror a client is set up for.
 */
export const pins = {
  onnxruntimeHeaders: {
    package: 'com.github.asus4.onnxruntime',
    version: '0.4.9',
    integrity: 'sha512-BkzxduSZ9IkeDP6Q8lz2TFU2ie7hSSvS7ZIfzMooExoq0CNzJnuuGaUJ7IsojBgqO4ouD1jXah8OYyJbCN29Fg==',
    folder: 'package/Plugins/iOS~/onnxruntime.xcframework/ios-arm64/onnxruntime.framework/Headers/',
    // hashTree() of the header folder, see stamp.mjs
    treeSha256: '987ec5c391e3b8650b049b3d649f54d6a4120d425b21fb02ceefeb669c856d39',
  },
  picture: {
    package: 'scikit-image',
    version: '0.25.2',
    wheelTags: wheelTags('manylinux2014_x86_64'),
    member: 'skimage/data/page.png',
    sha256: '341a6f0a61557662b02734a9b6e56ec33a915b2c41886b97509dedf2a43b47a3',
  },
  /** A model that benchmarks run: Google's Magika tells the type of a file from its first and last bytes. */
  magika: {
    package: 'magika',
    version: '1.0.3',
    wheelTags: wheelTags('manylinux_2_28_x86_64'),
    member: 'magika/models/standard_v3_3/model.onnx',
    sha256: 'fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c',
  },
  /** A model with states, for tests: its package depends on a large one that nothing here needs. */
  silero: {
    package: '@ricky0123/vad-web',
    version: '0.0.31',
    integrity: 'sha512-ePVq8TvB21sdHSxVMZOEIf9JVa7MAYpaIaNXeGgsPOiMCN8xbPCdF2LS5aYj7VRR3ZxzutedgV9ZplV65IA1Fg==',
    members: ['package/dist/silero_vad_legacy.onnx', 'package/dist/silero_vad_v5.onnx'],
    // hashTree() of the two files by their own names
    treeSha256: 'e01e21fa2b68028635ba7e3cd0e9c989c09d7a925b37564239070484722401bf',
  },
  onnxCases: {
    // The wheel of 1.23 has no cases; those of all platforms have the same.
    package: 'onnx',
    version: '1.21.0',
    wheelTags: wheelTags('manylinux_2_28_x86_64'),
    member: 'onnx/backend/test/data/node',
    // hashTree() of that folder
    treeSha256: 'e346ed60f09c920a9562c300481f8427cb7b07a1ffca800bb5eeebc901ee92df',
  },
  onnxruntimeLicences: {
    // The npm package has no licence texts; those of the same version's wheel are for the whole project.
    package: 'onnxruntime',
    version: '1.30.0',
    wheelTags: wheelTags('manylinux_2_28_x86_64'),
    members: ['onnxruntime/LICENSE', 'onnxruntime/ThirdPartyNotices.txt'],
    // hashTree() of the two files by their own names
    treeSha256: '6be30f5238da384e9e392208802928792fe59532a81aa76efb5fe9c62b859409',
  },
  /** The cross compiler of the prebuilt addons. */
  zig: { ziglang: '0.17.1' },
  /** What reads and writes the samples of tests; ml_dtypes brings bfloat16. */
  numpy: { numpy: '2.3.5', ml_dtypes: '0.6.0' },
  /** Python packages of the C++ toolchain that `npm test` uses. */
  toolchain: { cmake: '4.4.4', ninja: '1.13.2', 'clang-format': '23.1.5', 'clang-tidy': '23.1.4', gcovr: '8.8' },
};
