#pragma once
// The phases of a build as NVIDIA's builder tells them to an IProgressMonitor: names, order and nesting as TensorRT-RTX
// 1.7 gave them for a small model.

#include <NvInfer.h>

#include <chrono>

namespace standin {

/// Tells them, in `seconds` altogether. False once the monitor wants the build to end.
bool tell_phases(nvinfer1::IProgressMonitor* monitor, std::chrono::duration<double> seconds);

}  // namespace standin
