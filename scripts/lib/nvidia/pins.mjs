/** Wheels that hold data, or libraries for Linux x64, whatever the Python. @param {string} platform */
const wheelTags = (platform) => ['--platform', platform, '--python-version', '3.11', '--implementation', 'cp'];

/** @param {string} name @param {string} version @param {string} member */
const cudaWheel = (name, version, member) => ({
  package: name,
  version,
  wheelTags: wheelTags('manylinux2014_x86_64'),
  member,
});

/** NVIDIA's parts, as `../pins.mjs` has the others: version and expected hash of each. */
export const nvidiaPins = {
  cudaHeaders: {
    wheels: [
      cudaWheel('nvidia-cuda-runtime', '13.5.37', 'nvidia/cu13/include'),
      cudaWheel('nvidia-cuda-crt', '13.5.37', 'nvidia/cu13/include'),
    ],
    // hashTree() of both folders as one
    treeSha256: '211328cc926c427a4cca877750554665cd7c3af970e6933a5424f443a9ca480e',
  },
  nvmlHeader: {
    wheels: [cudaWheel('nvidia-nvml-dev', '13.5.37', 'nvidia/cu13/include')],
    treeSha256: '27bd3d4be5423937ce9f787a7a2e7b016058e9e936815aff6ca7f12923ae1c35',
  },
  /** One Rust crate has the headers of both flavours; nothing of it is compiled. */
  tensorrtHeaders: {
    crate: 'trtx-sys',
    version: '0.9.1+rtx1.7',
    sha256: '5480ee056292951daa1bc74532162d6cb75190f091e45d7d97c0c356916ae171',
    tensorrt: {
      folder: 'TensorRT-Headers/TRT-Enterprise-11.4',
      treeSha256: 'fb8725def98a3ede48d005948046f0adff29764361dd4d89e7a66b744e0b44a1',
    },
    rtx: {
      folder: 'TensorRT-Headers/TRT-RTX-1.7',
      treeSha256: '7a62f5afe5ca29000cb2b3da6212e60f10e6d31e59c0b7f21444d4b9c5cba6b9',
    },
  },
  tensorrtLibraries: {
    artifact: { group: 'org.bytedeco', name: 'tensorrt', version: '11.2-1.5.14', classifier: 'linux-x86_64-redist' },
    folder: 'org/bytedeco/tensorrt/linux-x86_64',
    files: {
      'libnvinfer.so.11': 'c70022d8f3151add6e7404afb3ab053c7313a2a10e7fbdbf89946c014386a677',
      'libnvinfer_builder_resource_ptx.so.11.2.1': '39009c6b945561afb77ea6ea2736253e4e6ce4c8cfc0e0800cbb2abb2bfed220',
      'libnvinfer_plugin.so.11': 'c83f5583105c9f028da838cfa4de3a47665e6ddac38892dcc736023dc1ac4d60',
      'libnvonnxparser.so.11': 'dfc95a15ec9eb73ca3a4cb1806ab4bdf97e8ea97022028eab818ea7287b73928',
    },
  },
  rtxLibraries: {
    package: 'onnxruntime-ep-nv-tensorrt-rtx-cu13',
    version: '0.5.0',
    wheelTags: wheelTags('manylinux_2_28_x86_64'),
    folder: 'onnxruntime_ep_nv_tensorrt_rtx',
    files: {
      'libtensorrt_onnxparser_rtx.so.1.7.1': '8bc09093b0e460f494d0410d8a2d2739b3e4de441d016e1f8ffa74bfb99a49aa',
      'libtensorrt_rtx.so.1.7.1': '6980f8946580af43f06ccbd82a06c65d61638ff76329d726764a0a408747be84',
    },
  },
};
