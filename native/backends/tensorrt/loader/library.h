#pragma once
// A library of TensorRT, opened at run time. Nothing links against it: a machine without it loses nothing.

#include <memory>
#include <string>

#include "backends/tensorrt/loader/features.h"
#include "backends/tensorrt/loader/flavour.h"
#include "backends/tensorrt/loader/places.h"
#include "core/search.h"

namespace ntrt::tensorrt {

/// Of a version that our code fits. Never closed. Any thread.
struct Library {
  Flavour flavour = Flavour::kTensorRt;
  std::string path;    ///< as it was opened
  std::string parser;  ///< path of the ONNX parser that belongs to it; empty: it has none
  Version version;

  bool supports(Feature feature) const noexcept { return tensorrt::supports(flavour, version, feature); }

  /// The address of one of its C functions, such as createInferRuntime_INTERNAL. Throws as load_symbol() does.
  void* symbol(const char* name) const;
};

/// The library of this path, once its version was read and is one that we fit. Throws Error{kBackendUnavailable}.
std::shared_ptr<const Library> open_library(Flavour flavour, const std::string& path);

/// The first of library_places() that can be used. Its version is read, by C functions, before anything else is called:
/// libraries of different virtual tables have the same name. Once NODE_TENSORRT_LIBRARY_PATH names a library, what is
/// wrong with that one ends the search. Each call looks anew; may take a second.
Search<Library> find_library(Flavour flavour, const Surroundings& surroundings = Surroundings::real());

/// The same; throws Error{kBackendUnavailable} with details backend and tried if there is none.
std::shared_ptr<const Library> require_library(Flavour flavour,
                                               const Surroundings& surroundings = Surroundings::real());

}  // namespace ntrt::tensorrt
