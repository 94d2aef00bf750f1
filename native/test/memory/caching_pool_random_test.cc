// The pool against a slow model of it, at random; and mistakes that this must find.

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "test/memory/pool_checker.h"

namespace ntrt {
namespace {

using testing::CountingSource;
using testing::PoolChecker;
using testing::PoolUnderTest;

/// What is wrong first, after how many steps; "" if nothing is.
template <typename UnderTest>
std::string run_randomly(uint64_t seed, int steps) {
  CountingSource source;
  source.can_reserve = seed % 2 == 0;
  std::string wrong;
  {
    UnderTest pool(source);
    PoolChecker checker(pool, source);
    std::mt19937_64 random(seed);
    for (int i = 0; i < steps && wrong.empty(); ++i) wrong = checker.step(static_cast<unsigned>(random()), random());
    if (wrong.empty()) wrong = checker.finish();
  }
  return wrong;
}

TEST(CachingPoolAtRandom, KeepsItsPromises) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const std::string wrong = run_randomly<PoolUnderTest>(seed, 400);
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

/// Hands out one block twice.
class Overlapping : public PoolUnderTest {
 public:
  using PoolUnderTest::PoolUnderTest;
  void* allocate(size_t bytes, MemoryTag tag) override {
    void* data = PoolUnderTest::allocate(bytes, std::move(tag));
    if (++count_ == 20) return last_;
    return last_ = data;
  }

 private:
  int count_ = 0;
  void* last_ = nullptr;
};

/// Says that it freed, and did not.
class Forgetful : public PoolUnderTest {
 public:
  using PoolUnderTest::PoolUnderTest;
  ~Forgetful() override {
    if (kept_ != nullptr) pool_.deallocate(kept_);
  }
  std::optional<CachingPool::Freed> deallocate(void* data) override {
    if (++count_ != 5 || data == nullptr) return PoolUnderTest::deallocate(data);
    kept_ = data;
    return CachingPool::Freed{pool_.size_of(data), {}};
  }

 private:
  int count_ = 0;
  void* kept_ = nullptr;
};

/// Reports two free blocks where it should have joined them.
class Unjoined : public PoolUnderTest {
 public:
  using PoolUnderTest::PoolUnderTest;
  PoolSnapshot snapshot() const override {
    PoolSnapshot snapshot = PoolUnderTest::snapshot();
    for (auto& segment : snapshot.segments) {
      auto& last = segment.blocks.back();
      if (last.requested != 0 || last.bytes < 8192) continue;
      segment.blocks.push_back({last.offset + 4096, last.bytes - 4096, 0, {}});
      segment.blocks[segment.blocks.size() - 2].bytes = 4096;
      break;
    }
    return snapshot;
  }
};

/// Gives nothing back, and says so.
class Hoarding : public PoolUnderTest {
 public:
  using PoolUnderTest::PoolUnderTest;
  size_t trim() override { return 0; }
};

/// Gives every node memory of the same one.
class Misplaced : public PoolUnderTest {
 public:
  using PoolUnderTest::PoolUnderTest;
  void* allocate(size_t bytes, MemoryTag tag) override {
    const NumaScope elsewhere(1);
    return PoolUnderTest::allocate(bytes, std::move(tag));
  }
};

template <typename T>
class SeededMistake : public ::testing::Test {};
using Mistakes = ::testing::Types<Overlapping, Forgetful, Unjoined, Hoarding, Misplaced>;
TYPED_TEST_SUITE(SeededMistake, Mistakes);

// A pool that dies while its blocks are in use stops a debug build, so mistakes are looked for in one that stays.
TYPED_TEST(SeededMistake, IsFound) {
  static auto& kept = *new std::vector<std::pair<CountingSource*, PoolUnderTest*>>;
  auto* source = new CountingSource;
  kept.emplace_back(source, new TypeParam(*source));
  PoolChecker checker(*kept.back().second, *source);
  std::mt19937_64 random(7);
  std::string wrong;
  for (int i = 0; i < 400 && wrong.empty(); ++i) wrong = checker.step(static_cast<unsigned>(random()), random());
  EXPECT_NE(wrong, "");
}

}  // namespace
}  // namespace ntrt
