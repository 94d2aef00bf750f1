// Loggers of plans, as a port serves them.

#include "binding/log_lines.h"
#include "binding/port.h"

namespace ntrt::binding {

std::shared_ptr<PlanLog> Port::new_log(uint64_t id) {
  mailbox_->make_room(pending_.size() + logs_.size() + 1);
  const auto lines = std::make_shared<LogLines>(mailbox_, id);
  logs_.emplace(id, lines);
  return std::make_shared<PlanLogLines>(lines);
}

/// takeLog(id): severity and text of each line that waits, in turns; a number at the end is of lines that were dropped.
/// The frame says whether more may follow.
Napi::Value Port::take_log(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto found = logs_.find(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()));
  if (found == logs_.end()) return Napi::Array::New(env);
  mailbox_->make_room(pending_.size() + logs_.size());
  const LogLines::Taken taken = found->second->take();
  Napi::Array lines = Napi::Array::New(env);
  uint32_t at = 0;
  for (const auto& [severity, text] : taken.lines) {
    lines.Set(at++, Napi::Number::New(env, severity));
    lines.Set(at++, Napi::String::New(env, text));
  }
  if (taken.dropped > 0) lines.Set(at, Napi::Number::New(env, static_cast<double>(taken.dropped)));
  frame_[1] = taken.is_ended ? 1 : 0;
  if (taken.is_ended) logs_.erase(found);
  return lines;
}

}  // namespace ntrt::binding
