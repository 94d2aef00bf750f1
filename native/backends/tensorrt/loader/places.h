#pragma once
// Where a library of TensorRT may be. Looks into folders and opens nothing.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/tensorrt/loader/flavour.h"

namespace ntrt::tensorrt {

/// What the search depends on; tests have their own.
struct Surroundings {
  std::function<std::string(const char*)> variable;  ///< of the environment; "" if it is not set
  std::string root;                                  ///< what stands for "/"; "" is the real one

  static Surroundings real();
};

struct Place {
  std::string path;       ///< of the library; a bare name is for the system's loader; a folder where nothing was found
  std::string missing;    ///< why there is nothing to open; empty: there is
  bool is_given = false;  ///< by NODE_TENSORRT_LIBRARY_PATH: what is wrong with it is not passed over
};

/// In the order in which they are tried:
///  1. NODE_TENSORRT_LIBRARY_PATH: folders, or the library itself, separated as in PATH
///  2. the system's loader
///  3. Python's packages: of the virtual environment, of conda, of the user, of the system
///  4. TENSORRT_ROOT, CUDA_PATH, CUDA_HOME, CONDA_PREFIX and /usr/local/cuda
/// A folder may have the library under its full version ("libtensorrt_rtx.so.1.7.1"); of several the newest counts.
std::vector<Place> library_places(const FlavourInfo& flavour, const Surroundings& surroundings);

/// A file of the folder whose name is `name`, or begins with it and goes on with a version; "" if there is none.
std::string find_in_folder(const std::string& folder, std::string_view name);

}  // namespace ntrt::tensorrt
