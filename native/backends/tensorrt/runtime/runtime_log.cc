#include "backends/tensorrt/runtime/runtime_log.h"

#include <string_view>
#include <utility>
#include <vector>

namespace ntrt::tensorrt {
namespace {

constexpr size_t kMaxLines = 50;
constexpr size_t kMaxLineBytes = 2000;

/// Those that no engine has. Never destroyed.
struct IdleLogs {
  std::mutex mutex;
  std::vector<RuntimeLog*> logs;  // guarded by mutex
};

IdleLogs& idle_logs() {
  static auto* const kIdle = new IdleLogs();
  return *kIdle;
}

/// How TensorRT's texts say that an allocation failed; their codes do not.
bool tells_of_no_memory(std::string_view text) {
  for (const std::string_view sign : {"OutOfMemory", "out of memory", "no device memory", "could not be allocated"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

RuntimeLogPtr RuntimeLog::take(Listener listener, void* context) {
  IdleLogs& idle = idle_logs();
  RuntimeLog* log = nullptr;
  {
    const std::lock_guard lock(idle.mutex);
    if (!idle.logs.empty()) {
      log = idle.logs.back();
      idle.logs.pop_back();
    } else {
      log = new RuntimeLog();
      idle.logs.reserve(idle.logs.size() + 1);
    }
  }
  RuntimeLogPtr owner(log, give_back);
  const std::lock_guard lock(log->mutex_);
  log->listener_ = listener;
  log->listener_context_ = context;
  return owner;
}

void RuntimeLog::give_back(RuntimeLog* log) noexcept {
  {
    const std::lock_guard lock(log->mutex_);
    log->listener_ = nullptr;
    log->lines_.clear();
  }
  IdleLogs& idle = idle_logs();
  const std::lock_guard lock(idle.mutex);
  try {
    idle.logs.push_back(log);
  } catch (...) {  // without memory for its place it is lost
  }
}

void RuntimeLog::log(Severity severity, const char* text) noexcept {
  try {
    // The listener is called under the lock, so that none is called after give_back().
    const std::lock_guard lock(mutex_);
    if (listener_ != nullptr) listener_(listener_context_, static_cast<int>(severity), text);
    if (severity > Severity::kWARNING) return;
    if (lines_.size() == kMaxLines) lines_.pop_front();
    lines_.push_back({severity <= Severity::kERROR, std::string(std::string_view(text).substr(0, kMaxLineBytes))});
  } catch (...) {  // no memory; the library goes on
  }
}

Error RuntimeLog::explain(Code code, std::string message, std::vector<Detail> details) {
  std::string kept;
  const std::lock_guard lock(mutex_);
  for (Line& line : lines_) {
    kept += (kept.empty() ? "" : "\n") + line.text;
    if (!std::exchange(line.is_new_error, false)) continue;
    message += "\n" + line.text;
    if (!tells_of_no_memory(line.text) || code == Code::kOutOfMemory) continue;
    code = Code::kOutOfMemory;
    details.push_back({"kind", "device"});
  }
  if (!kept.empty()) details.push_back({"log", std::move(kept)});
  return {code, std::move(message), std::move(details)};
}

std::string RuntimeLog::take_errors() {
  std::string text;
  const std::lock_guard lock(mutex_);
  for (Line& line : lines_) {
    if (std::exchange(line.is_new_error, false)) text += (text.empty() ? "" : "\n") + line.text;
  }
  return text;
}

}  // namespace ntrt::tensorrt
