#include "core/error.h"

#include <gtest/gtest.h>

#include <cctype>
#include <exception>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace ntrt {
namespace {

TEST(Error, EveryCodeHasANameOfItsOwnInCapitals) {
  std::set<std::string_view> names;
  for (int i = 0; i < kNumCodes; ++i) {
    const std::string_view name = code_name(static_cast<Code>(i));
    EXPECT_FALSE(name.empty()) << i;
    for (const char c : name) EXPECT_TRUE(std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_') << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kNumCodes));
}

TEST(Error, CodesHaveThePublicNames) {
  EXPECT_EQ(code_name(Code::kInvalidArgument), "INVALID_ARGUMENT");
  EXPECT_EQ(code_name(Code::kQueueFull), "QUEUE_FULL");
  EXPECT_EQ(code_name(Code::kOutOfMemory), "OUT_OF_MEMORY");
  EXPECT_EQ(code_name(Code::kInternal), "INTERNAL");
}

TEST(Error, CarriesCodeMessageAndDetails) {
  const Error error(Code::kBusy, "engine is busy", {{"name", "ocr"}, {"count", 2.0}});
  EXPECT_EQ(error.code(), Code::kBusy);
  EXPECT_EQ(error.message(), "engine is busy");
  ASSERT_EQ(error.details().size(), 2U);
  EXPECT_EQ(error.details()[0].key, "name");
  EXPECT_EQ(std::get<std::string>(error.details()[0].value), "ocr");
  EXPECT_EQ(std::get<double>(error.details()[1].value), 2.0);
}

TEST(Error, IsCaughtAsAStandardException) {
  try {
    throw Error(Code::kInternal, "text");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "text");
  }
}

/// What Error::current() makes of something that is thrown.
template <typename T>
Error current_of(T thrown) {
  try {
    throw thrown;
  } catch (...) {
    return Error::current();
  }
}

TEST(Error, CurrentIsTheSameErrorThatIsCaught) {
  const Error error(Code::kBusy, "engine is busy", {{"count", 2.0}});
  const Error caught = current_of(error);
  EXPECT_EQ(caught.code(), Code::kBusy);
  EXPECT_EQ(&caught.message(), &error.message());  // a copy takes no memory
}

TEST(Error, CurrentTranslatesWhatIsNoErrorOfOurs) {
  EXPECT_EQ(current_of(std::bad_alloc()).code(), Code::kOutOfMemory);
  EXPECT_EQ(current_of(std::bad_array_new_length()).code(), Code::kOutOfMemory);
  EXPECT_EQ(current_of(std::runtime_error("text")).code(), Code::kInternal);
  EXPECT_EQ(current_of(std::runtime_error("text")).message(), "text");
  EXPECT_EQ(current_of(5).code(), Code::kInternal);
}

TEST(Error, OutOfMemoryIsTheSameOneEveryTime) {
  EXPECT_EQ(&Error::out_of_memory(), &Error::out_of_memory());
  EXPECT_EQ(Error::out_of_memory().code(), Code::kOutOfMemory);
}

}  // namespace
}  // namespace ntrt
