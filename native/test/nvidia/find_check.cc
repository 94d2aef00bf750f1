// find_check: which libraries of TensorRT the loader finds on this machine, as JSON: per kind the library, its version,
// its parser and whether the entry of the run time is there, or what was tried.

#include <iostream>

#include "backends/tensorrt/loader/library.h"
#include "core/error.h"
#include "core/json.h"

namespace ntrt::nvidia {
namespace {

bool has_runtime(const tensorrt::Library& library) {
  try {
    return library.symbol("createInferRuntime_INTERNAL") != nullptr;
  } catch (const Error&) {
    return false;
  }
}

Json found(tensorrt::Flavour flavour) {
  const auto search = tensorrt::find_library(flavour);
  const std::string_view name = tensorrt::info_of(flavour).name;
  if (!search) return Json::object({{"name", name}, {"tried", search.describe(name)}});
  return Json::object({{"name", name},
                       {"library", search.found->path},
                       {"version", to_string(search.found->version)},
                       {"parser", search.found->parser},
                       {"hasRuntime", has_runtime(*search.found) ? 1 : 0}});
}

}  // namespace
}  // namespace ntrt::nvidia

int main() {
  using ntrt::tensorrt::Flavour;
  std::vector<ntrt::Json> all;
  for (const Flavour flavour : {Flavour::kTensorRt, Flavour::kTensorRtLean, Flavour::kTensorRtRtx}) {
    all.push_back(ntrt::nvidia::found(flavour));
  }
  std::cout << ntrt::Json::array(all).text() << '\n';
}
