#pragma once
// A native thread that copies large results into buffers of V8's, so that the JavaScript thread does not.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "binding/mailbox.h"

namespace ntrt::binding {

struct Copy {
  void* to = nullptr;
  const void* from = nullptr;
  size_t bytes = 0;
};

struct CopyJob {
  uint64_t id = 0;
  std::vector<Copy> copies;
  std::shared_ptr<Mailbox> mailbox;
  std::shared_ptr<Request> request;  ///< owns what is copied from
};

/// One for the process, never destroyed. Copies in slices, each under the gate of its environment (Gate, rule 3),
/// so that an environment's end waits for one slice at most. Any thread may add.
class Copier {
 public:
  static Copier& instance();
  void add(CopyJob job);

 private:
  Copier();
  void loop();

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<CopyJob> jobs_;  // guarded by mutex_
};

}  // namespace ntrt::binding
