#pragma once
// What the builder has measured, kept in files between builds.

#include <NvInfer.h>

#include <memory>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/tensorrt_log.h"
#include "backends/tensorrt/loader/library.h"

namespace ntrt::tensorrt {

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // of TensorRT-RTX, which is never asked for one
#endif
/// Must live longer than the builder that uses it.
using TimingCachePtr = std::unique_ptr<nvinfer1::ITimingCache>;
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/// Loads the files of --timing-cache, merged, and hands them to the build; an empty one for --save-timing-cache alone;
/// null where neither is given. Throws Error{kUnsupported} where the library has none, Error{kBuildFailed} with details
/// reason 'timing-cache' and path for one of another GPU or version, unless --ignore-timing-mismatch is true.
TimingCachePtr use_timing_cache(const Arguments& arguments, const Library& library, nvinfer1::IBuilderConfig& config,
                                TensorRtLog& log);

/// Writes it to the file of --save-timing-cache, if that is given.
void save_timing_cache(const Arguments& arguments, const nvinfer1::ITimingCache* cache);

}  // namespace ntrt::tensorrt
