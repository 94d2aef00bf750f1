#pragma once
// What TensorRT says of a loaded plan, on its way from any thread to the logger of the thread that loaded it.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backends/plan_request.h"
#include "binding/mailbox.h"

namespace ntrt::binding {

/// One message of the mailbox stands for all lines that wait. Any thread adds; the JavaScript thread takes. Lines that
/// nobody takes in time are counted, not kept.
class LogLines {
 public:
  struct Line {
    int severity = 0;  ///< 0 internal error, 1 error, 2 warning, 3 information, 4 detail
    std::string text;
  };
  struct Taken {
    std::vector<Line> lines;
    size_t dropped = 0;
    bool is_ended = false;  ///< nothing follows
  };

  /// The mailbox has room for a message of this one; see `take()`.
  LogLines(std::shared_ptr<Mailbox> mailbox, uint64_t id) : mailbox_(std::move(mailbox)), id_(id) {}

  void add(int severity, const char* text) noexcept;
  /// Nothing is added from now on.
  void end() noexcept;
  /// The mailbox has room for the next message.
  Taken take();

 private:
  /// Under the lock.
  void announce() noexcept;

  const std::shared_ptr<Mailbox> mailbox_;
  const uint64_t id_;
  std::mutex mutex_;
  Taken waiting_;              // guarded by mutex_
  bool is_announced_ = false;  // a message is on its way; guarded by mutex_
};

/// What a plan logs to; ends the lines with itself.
class PlanLogLines final : public PlanLog {
 public:
  explicit PlanLogLines(std::shared_ptr<LogLines> lines) : lines_(std::move(lines)) {}
  PlanLogLines(const PlanLogLines&) = delete;
  PlanLogLines& operator=(const PlanLogLines&) = delete;
  ~PlanLogLines() override { lines_->end(); }

  void add(int severity, const char* text) noexcept override { lines_->add(severity, text); }

 private:
  const std::shared_ptr<LogLines> lines_;
};

}  // namespace ntrt::binding
