#pragma once
// How this layer refuses a model.

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace ntrt {

[[noreturn]] inline void refuse_model(std::string reason, std::string message, std::vector<Detail> details = {}) {
  details.insert(details.begin(), Detail{"reason", std::move(reason)});
  throw Error(Code::kModelInvalid, std::move(message), std::move(details));
}

}  // namespace ntrt
