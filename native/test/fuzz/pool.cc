#include <cstdlib>
#include <cstring>
#include <iostream>

#include "test/fuzz/targets.h"
#include "test/memory/pool_checker.h"

namespace ntrt::fuzz {

void pool(std::span<const std::byte> input) {
  constexpr size_t kStepBytes = 5;
  ntrt::testing::CountingSource source;
  source.can_reserve = input.size() % 2 == 0;
  std::string wrong;
  {
    ntrt::testing::PoolUnderTest under_test(source);
    ntrt::testing::PoolChecker checker(under_test, source);
    for (; input.size() >= kStepBytes && wrong.empty(); input = input.subspan(kStepBytes)) {
      uint32_t value = 0;
      std::memcpy(&value, input.data() + 1, sizeof value);
      wrong = checker.step(static_cast<unsigned>(input[0]), value);
    }
    if (wrong.empty()) wrong = checker.finish();
    if (wrong.empty()) return;
    std::cerr << "broken: " << wrong << '\n';
    std::abort();
  }
}

}  // namespace ntrt::fuzz
