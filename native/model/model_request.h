#pragma once
// A model that was asked for, not opened yet.

#include <string>
#include <vector>

#include "model/model_source.h"

namespace ntrt {

struct ModelRequest {
  std::string path;                          ///< UTF-8; empty for a model in memory
  SharedBytes bytes;                         ///< the model when `path` is empty
  std::vector<ExternalFile> external_files;  ///< of a model in memory
  ModelPolicy policy;
};

/// Opened, not looked at; takes what `request` owns. A folder stands for the `model.onnx` in it. Reads the disk. Throws
/// as ModelSource::from_file.
ModelSource find_model(ModelRequest& request);

/// The same, and verified. Throws as ModelSource.
ModelSource open_model(ModelRequest& request);

}  // namespace ntrt
