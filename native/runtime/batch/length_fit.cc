#include "runtime/batch/length_fit.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace ntrt {
namespace {

constexpr int64_t kMaxSmaller = 16;  // of numerator and denominator
constexpr int64_t kMaxDenominator = 4096;

int64_t floor_div(int64_t a, int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

/// The offsets with which all points lie on a line of that slope.
std::optional<LengthFits> fit_slope(LengthFits fits, const std::vector<LengthPoint>& points) {
  fits.low = INT64_MIN;
  fits.high = INT64_MAX;
  for (const auto& [length, out] : points) {
    const int64_t lowest = fits.denominator * (out / fits.unit) - fits.numerator * length;
    fits.low = std::max(fits.low, lowest);
    fits.high = std::min(fits.high, lowest + fits.denominator - 1);
    if (fits.low > fits.high) return std::nullopt;
  }
  return fits;
}

void fit_unit(int64_t unit, const std::vector<LengthPoint>& points, std::vector<LengthFits>& all) {
  const auto [shortest, longest] = std::minmax_element(points.begin(), points.end());
  const int64_t run = longest->first - shortest->first;
  const int64_t rise = (longest->second - shortest->second) / unit;
  for (int64_t denominator = 1; denominator <= kMaxDenominator; ++denominator) {
    // What lies on a line, rounded down, rises by less than one more or less.
    const int64_t from = std::max<int64_t>(0, floor_div((rise - 1) * denominator, run));
    int64_t to = floor_div((rise + 1) * denominator, run);
    if (denominator > kMaxSmaller) {
      if (from > kMaxSmaller) return;
      to = std::min(to, kMaxSmaller);
    }
    for (int64_t numerator = from; numerator <= to; ++numerator) {
      if (std::gcd(numerator, denominator) != 1) continue;
      if (auto fits = fit_slope({numerator, denominator, 0, 0, unit}, points)) all.push_back(*fits);
    }
  }
}

std::vector<int64_t> divisors(int64_t number) {
  std::vector<int64_t> result;
  for (int64_t one = 1; one * one <= number; ++one) {
    if (number % one != 0) continue;
    result.push_back(one);
    if (one * one != number) result.push_back(number / one);
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// How many fits give each length.
class Votes {
 public:
  void clear() { counts_.clear(); }
  void add(const LengthFits& fits, int64_t length) {
    const int64_t line = fits.numerator * length;
    const int64_t most = floor_div(line + fits.high, fits.denominator);
    const int64_t least_of_most = std::max(fits.low, fits.denominator * most - line);  // the least such offset
    add(fits.unit * most, fits.high - least_of_most + 1);
    add(fits.unit * (most - 1), least_of_most - fits.low);
  }
  int64_t total() const {
    return std::accumulate(counts_.begin(), counts_.end(), int64_t{0},
                           [](int64_t sum, auto& c) { return sum + c.second; });
  }
  int64_t largest() const {
    return std::max_element(counts_.begin(), counts_.end(), [](auto& a, auto& b) { return a.second < b.second; })
        ->second;
  }

 private:
  void add(int64_t length, int64_t count) {
    if (count == 0) return;
    length = std::max<int64_t>(0, length);
    const auto found = std::find_if(counts_.begin(), counts_.end(), [&](auto& c) { return c.first == length; });
    if (found != counts_.end()) {
      found->second += count;
    } else {
      counts_.emplace_back(length, count);
    }
  }

  std::vector<std::pair<int64_t, int64_t>> counts_;  ///< a length, and by how many it is given
};

}  // namespace

size_t LengthFit::at(size_t length) const noexcept {
  const int64_t units = floor_div(numerator * static_cast<int64_t>(length) + offset, denominator);
  return static_cast<size_t>(std::max<int64_t>(0, unit * units));
}

std::vector<LengthFits> fit_lengths(const std::vector<LengthPoint>& points) {
  int64_t common = 0;
  for (const auto& [length, out] : points) common = std::gcd(common, out);
  std::vector<LengthFits> all;
  for (const int64_t unit : divisors(common)) fit_unit(unit, points, all);
  return all;
}

size_t telling_length(const std::vector<LengthFits>& fits, const LengthRange& lengths) {
  if (fits.empty()) return 0;
  size_t best = 0;
  int64_t most_others = 0;
  Votes votes;
  for (size_t length = lengths.shortest; length <= lengths.longest; length += lengths.step) {
    votes.clear();
    for (const LengthFits& one : fits) votes.add(one, static_cast<int64_t>(length));
    const int64_t total = votes.total();
    const int64_t others = total - votes.largest();
    if (others > most_others) {
      best = length;
      most_others = others;
    }
    if (others * 3 >= total) break;  // good enough: whatever comes out, a third of the fits is gone
  }
  return best;
}

}  // namespace ntrt
