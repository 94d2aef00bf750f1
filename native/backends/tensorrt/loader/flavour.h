#pragma once
// The kinds of TensorRT that there are, and which versions of each our code fits.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace ntrt::tensorrt {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  int build = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

/// "11.2.1.2"
std::string to_string(const Version& version);

/// Their virtual tables differ, so each has a module of its own.
enum class Flavour : uint8_t {
  kTensorRt,      ///< builds and runs; 11.x
  kTensorRtLean,  ///< of the same tables, runs version-compatible plans only; no builder, no parser
  kTensorRtRtx,   ///< builds for given GPUs and compiles the rest where it runs; from 1.5 on
};

struct FlavourInfo {
  std::string_view name;                          ///< "tensorrt"
  std::string_view library;                       ///< file that the system's loader knows
  std::string_view parser;                        ///< beside it; empty: there is none
  std::vector<std::string_view> python_packages;  ///< folders of site-packages that may have both
  Version oldest;
  Version end;  ///< the first version that is too new
};

const FlavourInfo& info_of(Flavour flavour);

}  // namespace ntrt::tensorrt
