#include "test/standins/cuda/faults.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace standin {
namespace {

constexpr uint64_t kForEver = UINT64_MAX;

[[noreturn]] void refuse(const std::string& rule, const std::string& why) {
  std::fprintf(stderr, "standin: STANDIN_FAULTS: '%s': %s\n", rule.c_str(), why.c_str());
  std::abort();
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

Faults::Rule Faults::parse(const std::string& text) {
  Rule rule;
  const size_t colon = text.find(':');
  rule.function = text.substr(0, colon);
  std::optional<uint64_t> times;
  bool from = false;
  for (const std::string& item : split(colon == std::string::npos ? "" : text.substr(colon + 1), ',')) {
    const size_t equals = item.find('=');
    const std::string key = item.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : item.substr(equals + 1);
    const auto number = [&] {
      char* end = nullptr;
      const double result = std::strtod(value.c_str(), &end);
      if (value.empty() || *end != '\0' || result < 0) refuse(text, "no number: " + item);
      return result;
    };
    if (key == "nth") {
      rule.nth = static_cast<uint64_t>(number());
    } else if (key == "times") {
      times = static_cast<uint64_t>(number());
    } else if (key == "p") {
      rule.probability = number();
    } else if (key == "code") {
      rule.fault.code = static_cast<int>(number());
    } else if (key == "from") {
      from = true;
    } else if (key == "sticky") {
      rule.fault.is_sticky = true;
    } else if (key == "run") {
      rule.fault.at_run = true;
    } else if (key == "hang") {
      rule.fault.hangs = true;
    } else {
      refuse(text, "unknown key " + key);
    }
  }
  rule.times = times.value_or(from || rule.probability >= 0 ? kForEver : 1);
  return rule;
}

void Faults::set(const std::string& rules, uint64_t seed) {
  rules_.clear();
  for (const std::string& rule : split(rules, ';')) rules_.push_back(parse(rule));
  random_.seed(seed);
}

std::optional<Fault> Faults::next(const std::string& function) {
  ++calls_[function];
  std::optional<Fault> fault;
  for (Rule& rule : rules_) {
    if (rule.function != function) continue;
    ++rule.seen;
    if (rule.times == 0 || rule.seen < rule.nth) continue;
    if (rule.probability >= 0 && std::uniform_real_distribution<>(0, 1)(random_) >= rule.probability) continue;
    if (rule.times != kForEver) --rule.times;
    if (!fault) fault = rule.fault;
  }
  return fault;
}

uint64_t Faults::num_calls(const std::string& function) const {
  const auto found = calls_.find(function);
  return found == calls_.end() ? 0 : found->second;
}

}  // namespace standin
