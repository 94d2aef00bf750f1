#include "core/cpu_features.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace ntrt {
namespace {

/// The flags of the first processor as Linux lists them; empty elsewhere.
std::set<std::string> linux_flags() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

TEST(CpuFeatures, AreWhatLinuxSays) {
  const std::set<std::string> flags = linux_flags();
  if (flags.empty()) GTEST_SKIP() << "no /proc/cpuinfo with flags: not Linux on x86-64";
  EXPECT_EQ(has_avx2_and_f16c(), flags.contains("avx2") && flags.contains("f16c"));
}

}  // namespace
}  // namespace ntrt
