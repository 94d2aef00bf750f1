#include "backends/tensorrt/runtime/failure.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ntrt::tensorrt {
namespace {

constexpr NtrtDetail kHostKind{"kind", "host", 0};
constexpr NtrtFailure kNoHostMemory{"OUT_OF_MEMORY", "out of host memory", &kHostKind, 1};

/// A failure with what it points into.
struct OwnedFailure : NtrtFailure {
  explicit OwnedFailure(const Error& error) : NtrtFailure{}, error(error), facts(error.details()) {
    const auto has = [this](std::string_view key) {
      return std::ranges::any_of(facts, [&](const Detail& detail) { return detail.key == key; });
    };
    if (error.code() == Code::kOutOfMemory && has("call") && !has("kind")) {
      const auto* const call = std::get_if<std::string>(&facts.front().value);
      facts.push_back({"kind", call != nullptr && *call == "cuMemHostAlloc" ? "pinned" : "device"});
    }
    for (const Detail& detail : facts) {
      const auto* const text = std::get_if<std::string>(&detail.value);
      items.push_back({detail.key.c_str(), text != nullptr ? text->c_str() : nullptr,
                       text != nullptr ? 0 : std::get<double>(detail.value)});
    }
    code = code_name(error.code()).data();  // a literal
    message = error.what();
    details = items.data();
    num_details = items.size();
  }

  const Error error;
  std::vector<Detail> facts;
  std::vector<NtrtDetail> items;
};

}  // namespace

const NtrtFailure* make_failure(const Error& error) noexcept {
  try {
    return new OwnedFailure(error);
  } catch (...) {
    return &kNoHostMemory;
  }
}

void release_failure(const NtrtFailure* failure) noexcept {
  if (failure != &kNoHostMemory) delete static_cast<const OwnedFailure*>(failure);
}

}  // namespace ntrt::tensorrt
