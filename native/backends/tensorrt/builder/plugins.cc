#include "backends/tensorrt/builder/plugins.h"

#include "backends/tensorrt/builder/configure.h"
#include "core/error.h"

namespace ntrt::tensorrt {

void load_plugins(const std::vector<std::string>& files, nvinfer1::IBuilder& builder, TensorRtLog& log) {
  for (const std::string& file : files) {
    if (builder.getPluginRegistry().loadLibrary(file.c_str()) != nullptr) continue;
    throw Error(Code::kBuildFailed, log.explain("TensorRT does not load the plugins of " + file),
                {{"reason", "plugin"}, {"path", file}});
  }
}

void serialize_plugins(const std::vector<std::string>& files, nvinfer1::IBuilderConfig& config, TensorRtLog& log) {
  std::vector<const char*> paths;
  for (const std::string& file : files) paths.push_back(file.c_str());
  const auto number = static_cast<int32_t>(paths.size());
  config.setPluginsToSerialize(paths.data(), number);
  if (config.getNbPluginsToSerialize() != number) refuse_option("--serialize-plugins", "true", log);
}

}  // namespace ntrt::tensorrt
