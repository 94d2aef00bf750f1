#pragma once
// Which flavour this is compiled for. Its headers say so.

#include <NvInferVersion.h>

#include <string>

#include "backends/tensorrt/loader/flavour.h"

namespace ntrt::tensorrt {

#ifdef TRT_MAJOR_RTX
inline constexpr Flavour kThisFlavour = Flavour::kTensorRtRtx;
inline constexpr bool kIsRtx = true;
#else
inline constexpr Flavour kThisFlavour = Flavour::kTensorRt;
inline constexpr bool kIsRtx = false;
#endif

/// "tensorrt-rtx"
inline std::string this_flavour() { return std::string(info_of(kThisFlavour).name); }

#define NTRT_TEXT(value) #value
#define NTRT_TEXT_OF(value) NTRT_TEXT(value)

/// Version of NVIDIA's headers: "1.7.1".
inline constexpr const char* kHeadersVersion =
    NTRT_TEXT_OF(NV_TENSORRT_MAJOR) "." NTRT_TEXT_OF(NV_TENSORRT_MINOR) "." NTRT_TEXT_OF(NV_TENSORRT_PATCH);

#undef NTRT_TEXT_OF
#undef NTRT_TEXT

}  // namespace ntrt::tensorrt
