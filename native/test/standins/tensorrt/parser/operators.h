#pragma once
// Which of ONNX's operators the parsers of NVIDIA know.

#include <string_view>

namespace standin {

bool is_supported(std::string_view op);

}  // namespace standin
