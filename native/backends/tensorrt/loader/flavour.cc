#include "backends/tensorrt/loader/flavour.h"

#include <array>

namespace ntrt::tensorrt {

std::string to_string(const Version& version) {
  std::string text = std::to_string(version.major);
  for (const int part : {version.minor, version.patch, version.build}) text += '.' + std::to_string(part);
  return text;
}

const FlavourInfo& info_of(Flavour flavour) {
  // Within a major version of TensorRT tables only grow. TensorRT-RTX moved slots in 1.4 and in 1.5, under one name of
  // the library. Names for Windows are written after NVIDIA's documentation; none was ever opened there.
  static const auto* const kFlavours = new std::array<FlavourInfo, 3>{{
#ifdef _WIN32
      {"tensorrt", "nvinfer_11.dll", "nvonnxparser_11.dll", {"tensorrt_libs"}, {11, 0}, {12, 0}},
      {"tensorrt-lean", "nvinfer_lean_11.dll", "", {"tensorrt_lean_libs"}, {11, 0}, {12, 0}},
      {"tensorrt-rtx",
       "tensorrt_rtx_1.dll",
       "tensorrt_onnxparser_rtx_1.dll",
       {"onnxruntime_ep_nv_tensorrt_rtx"},
       {1, 5},
       {2, 0}},
#else
      {"tensorrt", "libnvinfer.so.11", "libnvonnxparser.so.11", {"tensorrt_libs"}, {11, 0}, {12, 0}},
      {"tensorrt-lean", "libnvinfer_lean.so.11", "", {"tensorrt_lean_libs"}, {11, 0}, {12, 0}},
      {"tensorrt-rtx",
       "libtensorrt_rtx.so.1",
       "libtensorrt_onnxparser_rtx.so.1",
       {"onnxruntime_ep_nv_tensorrt_rtx"},
       {1, 5},
       {2, 0}},
#endif
  }};
  return (*kFlavours)[static_cast<size_t>(flavour)];
}

}  // namespace ntrt::tensorrt
