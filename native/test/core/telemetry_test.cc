#include "core/telemetry.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ntrt {
namespace {

#ifndef _WIN32
class Telemetry : public ::testing::Test {
 protected:
  static constexpr const char* kName = "ORT_DISABLE_TELEMETRY";
  Telemetry() {
    if (const char* value = std::getenv(kName)) before_ = value;
  }
  ~Telemetry() override { ::setenv(kName, before_.empty() ? "1" : before_.c_str(), 1); }

 private:
  std::string before_;
};

TEST_F(Telemetry, IsSwitchedOff) {
  ::unsetenv(kName);
  opt_out_of_telemetry();
  EXPECT_STREQ(std::getenv(kName), "1");
}

TEST_F(Telemetry, IsTheUsersChoice) {
  ::setenv(kName, "0", 1);
  opt_out_of_telemetry();
  EXPECT_STREQ(std::getenv(kName), "0");
}
#endif

}  // namespace
}  // namespace ntrt
