#include "core/shared_library.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace ntrt {
namespace {

TEST(SharedLibrary, AMissingLibraryIsAnErrorThatNamesIt) {
  try {
    load_symbol("/nowhere/libmissing.so.1", "entry");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kBackendUnavailable);
    EXPECT_NE(error.message().find("/nowhere/libmissing.so.1"), std::string::npos) << error.message();
  }
}

#ifdef __linux__
TEST(SharedLibrary, FindsASymbolOfALibraryThatIsThere) { EXPECT_NE(load_symbol("libc.so.6", "malloc"), nullptr); }

TEST(SharedLibrary, AMissingSymbolIsAnErrorThatNamesIt) {
  try {
    load_symbol("libc.so.6", "ntrt_no_such_symbol");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kBackendUnavailable);
    EXPECT_NE(error.message().find("ntrt_no_such_symbol"), std::string::npos) << error.message();
  }
}
#endif

}  // namespace
}  // namespace ntrt
