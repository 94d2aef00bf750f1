#include "backends/tensorrt/builder/events.h"

#include <cmath>
#include <vector>

namespace ntrt::tensorrt {
namespace {

constexpr std::string_view kNoMemoryText =
    R"({"event":"failed","code":"OUT_OF_MEMORY","message":"out of host memory","details":{"kind":"host"}})";

Json detail_json(const Detail& detail) {
  if (const auto* text = std::get_if<std::string>(&detail.value)) return *text;
  const double number = std::get<double>(detail.value);
  constexpr double kExact = 9007199254740992.0;
  if (number == std::floor(number) && std::fabs(number) <= kExact) return static_cast<int64_t>(number);
  return number;
}

Json failure_json(const Error& error) {
  std::vector<Json::Member> details;
  for (const Detail& detail : error.details()) details.emplace_back(detail.key, detail_json(detail));
  return Json::object({{"event", "failed"},
                       {"code", code_name(error.code())},
                       {"message", error.message()},
                       {"details", Json::object(details)}});
}

}  // namespace

void Events::tell(const Json& event) { write(event.text()); }

void Events::write(std::string_view text) noexcept {
  const std::lock_guard lock(mutex_);
  emit_(context_, text.data(), text.size());
}

void Events::tell_failure(const Error& error) noexcept {
  try {
    tell(failure_json(error));
  } catch (...) {
    write(kNoMemoryText);
  }
}

}  // namespace ntrt::tensorrt
