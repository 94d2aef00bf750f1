// Bugs that were put in, which the loop of loop.h must find.

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "backends/registry.h"
#include "test/allocation_failure/loop.h"

namespace ntrt {
namespace {

using testing::fail_each_allocation;
using testing::failure_of;
using testing::Failures;

int prepared() { return 0; }

void swallows_a_failure() {
  const std::string text(100, 'x');
  int answer = 0;
  fail_each_allocation(
      Failures::kOne, prepared,
      [&](int) {
        return failure_of([&] {
          answer = 0;
          try {
            answer = std::string(text).size() == 100 ? 1 : 0;
          } catch (const std::bad_alloc&) {  // the bug: the answer is wrong, and nobody hears of it
          }
        });
      },
      [&](int, const std::optional<Error>& error) { EXPECT_TRUE(error || answer == 1) << "a wrong answer"; });
}

void says_something_else() {
  fail_each_allocation(
      Failures::kOne, prepared,
      [](int) {
        return failure_of([] {
          try {
            const std::string copy(100, 'x');
          } catch (const std::bad_alloc&) {
            throw Error(Code::kModelInvalid, "the model is broken");
          }
        });
      },
      [](int, const auto&) {});
}

void throws_where_none_may() noexcept { const std::string copy(100, 'x'); }

class SeededAllocationFailure : public ::testing::Test {
 protected:
  void SetUp() override { testing::set_our_module(reinterpret_cast<const void*>(&create_backend)); }
};

TEST_F(SeededAllocationFailure, ASwallowedFailureIsFound) {
  EXPECT_NONFATAL_FAILURE(swallows_a_failure(), "a wrong answer");
}

TEST_F(SeededAllocationFailure, AWrongCodeIsFound) {
  EXPECT_NONFATAL_FAILURE(says_something_else(), "the model is broken");
}

TEST_F(SeededAllocationFailure, AFailureInANoexceptFunctionEndsTheProcess) {
  EXPECT_DEATH(fail_each_allocation(
                   Failures::kOne, prepared,
                   [](int) -> std::optional<Error> {
                     throws_where_none_may();
                     return std::nullopt;
                   },
                   [](int, const auto&) {}),
               "terminate called");
}

}  // namespace
}  // namespace ntrt
