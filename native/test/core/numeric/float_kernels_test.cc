#include "core/numeric/float_kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "core/numeric/float_bits.h"
#include "test/core/numeric/rounding.h"

namespace ntrt {
namespace {

/// One of the four loops, by name.
struct Loop {
  const char* name;
  FloatKernel FloatKernels::* kernel;
  size_t from_bytes;
  size_t to_bytes;
};

const Loop kLoops[] = {
    {"float32_to_float16", &FloatKernels::float32_to_float16, 4, 2},
    {"float32_to_bfloat16", &FloatKernels::float32_to_bfloat16, 4, 2},
    {"float16_to_float32", &FloatKernels::float16_to_float32, 2, 4},
    {"bfloat16_to_float32", &FloatKernels::bfloat16_to_float32, 2, 4},
};

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Where two sets of loops differ on these inputs; empty if they do not.
std::string difference(const Loop& loop, const FloatKernels& one, const FloatKernels& other, const std::string& input) {
  const size_t count = input.size() / loop.from_bytes;
  std::string first(count * loop.to_bytes, 'x');
  std::string second(count * loop.to_bytes, 'y');
  (one.*loop.kernel)(input.data(), first.data(), count);
  (other.*loop.kernel)(input.data(), second.data(), count);
  for (size_t i = 0; i < count; ++i) {
    if (first.compare(i * loop.to_bytes, loop.to_bytes, second, i * loop.to_bytes, loop.to_bytes) != 0) {
      return std::string(loop.name) + ": element " + std::to_string(i);
    }
  }
  return "";
}

/// Every bit pattern of 16 bits.
std::string all_16_bits() {
  std::vector<uint16_t> values(0x10000);
  std::iota(values.begin(), values.end(), uint16_t{0});
  return bytes_of(values);
}

/// Every value of a 16-bit format, what lies half way to the next, and the neighbours of both.
template <typename Narrow>
std::string boundaries() {
  std::vector<uint32_t> values;
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const uint32_t value = widen<Narrow, Float32>(static_cast<uint16_t>(bits));
    const uint32_t next = widen<Narrow, Float32>(static_cast<uint16_t>(bits + 1));
    const uint32_t middle = value + (next - value) / 2;
    for (const uint32_t near : {value - 1, value, value + 1, middle - 1, middle, middle + 1}) values.push_back(near);
  }
  return bytes_of(values);
}

std::string random_bytes(size_t bytes) {
  std::vector<uint64_t> values(bytes / 8);
  testing::Bits random;
  for (uint64_t& value : values) value = random();
  return bytes_of(values);
}

std::vector<std::string> inputs_for(const Loop& loop) {
  if (loop.from_bytes == 2) return {all_16_bits()};
  return {boundaries<Float16>(), boundaries<BFloat16>(), random_bytes(size_t{1} << 24)};
}

class VectorKernels : public ::testing::TestWithParam<Loop> {};

TEST_P(VectorKernels, GiveTheSameBitsAsTheScalarOnes) {
  if (vector_kernels() == nullptr) GTEST_SKIP() << "this processor or compiler has no vector instructions for it";
  for (const std::string& input : inputs_for(GetParam())) {
    EXPECT_EQ(difference(GetParam(), *vector_kernels(), scalar_kernels(), input), "");
  }
}

TEST_P(VectorKernels, TakeAnyCountAtAnyAddressAndWriteNothingElse) {
  const Loop& loop = GetParam();
  const FloatKernel kernel = float_kernels().*loop.kernel;
  const std::string input = random_bytes(512);
  for (size_t count = 0; count <= 40; ++count) {
    for (const size_t offset : {0, 1, 3}) {
      std::string expected(count * loop.to_bytes, 0);
      std::string target(offset + count * loop.to_bytes + 64, '#');
      // Aligned, through the scalar loop, from a copy of the same bytes.
      std::vector<uint64_t> aligned(64);
      std::memcpy(aligned.data(), input.data() + offset, count * loop.from_bytes);
      (scalar_kernels().*loop.kernel)(aligned.data(), expected.data(), count);
      kernel(input.data() + offset, target.data() + offset, count);
      ASSERT_EQ(target, std::string(offset, '#') + expected + std::string(64, '#')) << count << " at " << offset;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Loops, VectorKernels, ::testing::ValuesIn(kLoops),
                         [](const auto& info) { return std::string(info.param.name); });

void truncate_to_bfloat16(const void* source, void* target, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    store_element(target, i, static_cast<uint16_t>(load_element<uint32_t>(source, i) >> 16));
  }
}

/// Right but for subnormals.
void flush_float16(const void* source, void* target, size_t count) {
  scalar_kernels().float32_to_float16(source, target, count);
  for (size_t i = 0; i < count; ++i) {
    const auto bits = load_element<uint16_t>(target, i);
    if ((bits & 0x7c00) == 0) store_element(target, i, static_cast<uint16_t>(bits & 0x8000));
  }
}

void leave_nans_signalling(const void* source, void* target, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    store_element(target, i, static_cast<uint32_t>(load_element<uint16_t>(source, i)) << 16);
  }
}

TEST(SeededMistakes, InTheLoopsAreFound) {
  FloatKernels wrong = scalar_kernels();
  wrong.float32_to_float16 = flush_float16;
  wrong.float32_to_bfloat16 = truncate_to_bfloat16;
  wrong.bfloat16_to_float32 = leave_nans_signalling;
  for (const Loop& loop : kLoops) {
    bool found = false;
    for (const std::string& input : inputs_for(loop)) {
      found = found || !difference(loop, wrong, scalar_kernels(), input).empty();
    }
    EXPECT_EQ(found, loop.kernel != &FloatKernels::float16_to_float32) << loop.name;
  }
}

TEST(FloatKernels, AreTheVectorOnesWhereThereAreAny) {
  const FloatKernels* vector = vector_kernels();
  EXPECT_EQ(float_kernels().name, vector != nullptr ? vector->name : scalar_kernels().name);
}

}  // namespace
}  // namespace ntrt
