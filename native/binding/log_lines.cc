#include "binding/log_lines.h"

#include <string_view>
#include <utility>

namespace ntrt::binding {
namespace {

constexpr size_t kMaxLines = 1000;
/// Details leave room for what is more important.
constexpr size_t kMaxDetails = 500;
constexpr int kDetail = 4;
constexpr size_t kMaxLineBytes = 4000;

}  // namespace

void LogLines::add(int severity, const char* text) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    if (waiting_.lines.size() >= (severity >= kDetail ? kMaxDetails : kMaxLines)) {
      ++waiting_.dropped;
    } else {
      waiting_.lines.push_back({severity, std::string(std::string_view(text).substr(0, kMaxLineBytes))});
    }
  } catch (...) {  // no memory
    ++waiting_.dropped;
  }
  announce();
}

void LogLines::end() noexcept {
  const std::lock_guard lock(mutex_);
  waiting_.is_ended = true;
  announce();
}

LogLines::Taken LogLines::take() {
  const std::lock_guard lock(mutex_);
  is_announced_ = false;
  return std::exchange(waiting_, {});
}

void LogLines::announce() noexcept {
  if (std::exchange(is_announced_, true)) return;
  Message message;
  message.id = id_;
  message.event = Event::kLog;
  mailbox_->post(std::move(message));
}

}  // namespace ntrt::binding
