// How long an output is, found out from measured lengths.

#include "runtime/batch/length_fit.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace ntrt {
namespace {

using Lengths = std::function<int64_t(int64_t)>;

std::vector<LengthPoint> points_of(const Lengths& lengths, const std::vector<int64_t>& at) {
  std::vector<LengthPoint> points;
  for (const int64_t length : at) points.emplace_back(length, lengths(length));
  return points;
}

struct Found {
  std::optional<LengthFit> fit;
  size_t num_points = 0;
};

/// As the proof does it: measures the ends, and what tells fits apart.
Found find(const Lengths& lengths, const LengthRange& range) {
  std::vector<LengthPoint> points =
      points_of(lengths, {static_cast<int64_t>(range.longest), static_cast<int64_t>(range.longest - range.step),
                          static_cast<int64_t>(range.shortest)});
  for (;;) {
    const auto fits = fit_lengths(points);
    if (fits.empty() || points.size() > 80) return {std::nullopt, points.size()};
    const auto length = static_cast<int64_t>(telling_length(fits, range));
    if (length == 0) return {fits.front().first(), points.size()};
    points.emplace_back(length, lengths(length));
  }
}

Lengths straight_line(LengthFit fit) {
  return [fit](int64_t length) { return static_cast<int64_t>(fit.at(static_cast<size_t>(length))); };
}

::testing::AssertionResult agrees(const Found& found, const Lengths& lengths, const LengthRange& range) {
  if (!found.fit) return ::testing::AssertionFailure() << "no fit";
  for (size_t length = range.shortest; length <= range.longest; length += range.step) {
    const size_t out = found.fit->at(length);
    if (out == static_cast<size_t>(lengths(static_cast<int64_t>(length)))) continue;
    const LengthFit& f = *found.fit;
    return ::testing::AssertionFailure() << "for " << length << ": " << out << ", by " << f.unit << " * floor(("
                                         << f.numerator << " * L + " << f.offset << ") / " << f.denominator << ")";
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult agrees(const Lengths& lengths, const LengthRange& range) {
  return agrees(find(lengths, range), lengths, range);
}

TEST(LengthFit, IsRoundedDownAndNeverNegative) {
  EXPECT_EQ((LengthFit{1, 2, 0, 1}.at(7)), 3U);
  EXPECT_EQ((LengthFit{1, 2, 1, 1}.at(7)), 4U);
  EXPECT_EQ((LengthFit{3, 2, 0, 1}.at(3)), 4U);
  EXPECT_EQ((LengthFit{1, 2, 1, 16}.at(4)), 32U);
  EXPECT_EQ((LengthFit{1, 2, -5, 1}.at(4)), 0U);
  EXPECT_EQ((LengthFit{1, 4, -1, 1}.at(4)), 0U) << "floor, not towards zero";
}

TEST(LengthFit, OfAnOutputAsLongAsTheInputNeedsNoMorePoints) {
  const Found found = find([](int64_t length) { return length; }, {1, 512, 1});
  EXPECT_EQ(found.fit, (LengthFit{1, 1, 0, 1}));
  EXPECT_EQ(found.num_points, 3U);
}

TEST(LengthFit, OfLayersThatModelsHaveIsRightForAllLengths) {
  const auto convolution = [](int64_t kernel, int64_t stride, int64_t padding, int64_t dilation = 1) {
    return [=](int64_t l) { return (l + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1; };
  };
  const auto ceil_pooling = [](int64_t kernel, int64_t stride) {
    return [=](int64_t l) { return (l - kernel + stride - 1) / stride + 1; };
  };
  EXPECT_TRUE(agrees(convolution(3, 1, 1), {1, 200, 1})) << "same";
  EXPECT_TRUE(agrees(convolution(5, 1, 0), {5, 200, 1})) << "valid";
  EXPECT_TRUE(agrees(convolution(3, 2, 1), {1, 200, 1})) << "half";
  EXPECT_TRUE(agrees(convolution(3, 1, 0, 4), {9, 200, 1})) << "dilated";
  EXPECT_TRUE(agrees(ceil_pooling(2, 2), {2, 333, 1}));
  EXPECT_TRUE(agrees(ceil_pooling(3, 2), {3, 333, 1}));
  EXPECT_TRUE(agrees([](int64_t l) { return 4 * l + 3; }, {1, 100, 1})) << "a transposed convolution";
  EXPECT_TRUE(agrees([](int64_t l) { return 2 * (l / 2); }, {2, 100, 1})) << "down and up again";
  EXPECT_TRUE(agrees([](int64_t l) { return 8 * ((l + 7) / 8); }, {1, 100, 1})) << "to multiples of 8";
  EXPECT_TRUE(agrees([](int64_t l) { return 3 * l / 2; }, {1, 100, 1})) << "resized";
  EXPECT_TRUE(agrees([](int64_t l) { return 256 * l; }, {1, 1000, 1})) << "a vocoder";
  EXPECT_TRUE(agrees([&](int64_t l) { return convolution(3, 2, 1)(convolution(3, 2, 1)(convolution(7, 2, 3)(l))); },
                     {1, 640, 1}));
  // wav2vec 2.0
  const auto speech = [&](int64_t l) {
    l = convolution(10, 5, 0)(l);
    for (int i = 0; i < 4; ++i) l = convolution(3, 2, 0)(l);
    for (int i = 0; i < 2; ++i) l = convolution(2, 2, 0)(l);
    return l;
  };
  EXPECT_TRUE(agrees(speech, {512, 80'000, 1}));
  EXPECT_LE(find(speech, {512, 80'000, 1}).num_points, 40U);
  EXPECT_TRUE(agrees([](int64_t l) { return l / 32; }, {32, 320, 32})) << "in steps";
}

TEST(LengthFit, OfALengthThatDoesNotChangeIsConstant) {
  EXPECT_TRUE(agrees([](int64_t) { return 7; }, {1, 100, 1}));
}

TEST(LengthFit, OfWhatIsNoStraightLineIsNone) {
  EXPECT_EQ(find([](int64_t l) { return l * l; }, {1, 64, 1}).fit, std::nullopt);
  EXPECT_EQ(find([](int64_t l) { return l <= 8 ? 1 : l <= 10 ? 2 : l <= 60 ? 3 : 4; }, {1, 64, 1}).fit, std::nullopt);
  EXPECT_EQ(find([](int64_t l) { return 65 - l; }, {1, 64, 1}).fit, std::nullopt);
  EXPECT_EQ(find([](int64_t l) { return 2 * (l / 4) + 1; }, {4, 64, 1}).fit, std::nullopt) << "units that begin at 1";
}

// A line that is found has all points that were asked for; this says that it has all others, too.
TEST(LengthFit, OfAnyLineIsRightForAllLengths) {
  std::mt19937_64 random(5);
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  size_t most_points = 0;
  for (int round = 0; round < 1000; ++round) {
    const bool steep = below(2) == 0;
    const int64_t small = 1 + below(16);
    const int64_t large = 1 + below(below(4) == 0 ? 300 : 16);
    const int64_t numerator = steep ? large : small;
    const int64_t denominator = steep ? small : large;
    const LengthFit fit{numerator, denominator, below(2 * denominator + 20) - denominator,
                        below(3) == 0 ? 1 + below(16) : 1};
    LengthRange range{1, static_cast<size_t>(40 + below(2000)), static_cast<size_t>(below(4) == 0 ? 8 : 1)};
    while (fit.at(range.shortest) == 0 && range.shortest < range.longest) ++range.shortest;
    range.longest -= (range.longest - range.shortest) % range.step;
    if (range.longest < range.shortest + 2 * range.step) continue;
    const Found found = find(straight_line(fit), range);
    ASSERT_TRUE(agrees(found, straight_line(fit), range))
        << fit.unit << " * floor((" << numerator << " * L + " << fit.offset << ") / " << denominator << ") from "
        << range.shortest << " to " << range.longest;
    most_points = std::max(most_points, found.num_points);
  }
  EXPECT_LE(most_points, 3 + 64U) << "as many as the proof asks for";
}

// The mistake would be to stop at the simplest line: 7/8 has these points, but the model's is 9/10, and 50 gives 44.
TEST(LengthFit, IsNotTakenWhileAnotherLineHasThePointsToo) {
  const LengthFit truth{9, 10, -8, 1};
  const auto points = points_of(straight_line(truth), {64, 63, 33, 32});
  const auto fits = fit_lengths(points);
  ASSERT_FALSE(fits.empty());
  EXPECT_EQ(fits.front().denominator, 8);
  EXPECT_EQ(fits.front().first().at(50), 43U);
  EXPECT_NE(telling_length(fits, {32, 64, 1}), 0U);
  EXPECT_EQ(find(straight_line(truth), {32, 64, 1}).fit, truth);
}

TEST(LengthFit, OfFewFitsTellsMost) {
  EXPECT_EQ(telling_length({}, {1, 10, 1}), 0U);
  EXPECT_EQ(telling_length({{1, 1, 0, 0, 1}}, {1, 10, 1}), 0U);
  // floor((L + b) / 8), b from 0 to 7: the middle tells half of them.
  EXPECT_EQ(telling_length({{1, 8, 0, 7, 1}}, {1, 64, 1}), 3U);
  EXPECT_EQ(telling_length({{1, 8, 0, 7, 1}}, {8, 64, 8}), 0U) << "for multiples of 8 they are the same";
}

TEST(LengthRange, HasEveryStep) {
  const LengthRange range{2, 10, 4};
  for (size_t length = 0; length < 16; ++length) {
    EXPECT_EQ(range.has(length), length == 2 || length == 6 || length == 10) << length;
  }
}

}  // namespace
}  // namespace ntrt
