#include "core/shared_library.h"

#include <gtest/gtest.h>

#include <new>
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

TEST(SharedLibrary, FindsHowTheCppRuntimeOfALibraryThrowsBadAlloc) {
  const BadAllocThrower throw_bad_alloc = find_bad_alloc_thrower("libstdc++.so.6");
  ASSERT_NE(throw_bad_alloc, nullptr);
  EXPECT_THROW(throw_bad_alloc(), std::bad_alloc);
}

TEST(SharedLibrary, ALibraryWithoutCppRuntimeHasNoThrower) {
  EXPECT_EQ(find_bad_alloc_thrower("libm.so.6"), nullptr);
  EXPECT_EQ(find_bad_alloc_thrower("/nowhere/libmissing.so.1"), nullptr);
}
#endif

}  // namespace
}  // namespace ntrt
