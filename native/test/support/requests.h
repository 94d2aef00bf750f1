#pragma once
// Requests for engines over the fake backend, and a sink that records what becomes of them.

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "memory/pools.h"
#include "runtime/request.h"
#include "test/support/wait.h"

namespace ntrt::testing {

/// Keeps what completed, in order. Any thread.
class RecordingSink final : public CompletionSink {
 public:
  void completed(std::shared_ptr<Request> request) noexcept override {
    const std::lock_guard lock(mutex_);
    request->sink.reset();  // it would keep us, as we keep it; the test has this sink, too
    ids_.push_back(request->id);
    done_.push_back(std::move(request));
    changed_.notify_all();
  }

  /// Waits until `count` requests are done; returns the last of them.
  std::shared_ptr<Request> wait(size_t count) {
    std::unique_lock lock(mutex_);
    wait_for(changed_, lock, "completions", [&] { return ids_.size() >= count; });
    return done_[count - 1];
  }
  size_t count() const {
    const std::lock_guard lock(mutex_);
    return ids_.size();
  }
  std::vector<uint64_t> ids() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }
  size_t count_of(uint64_t id) const {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const uint64_t one : ids_) count += one == id ? 1 : 0;
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint64_t> ids_;                   // guarded by mutex_
  std::vector<std::shared_ptr<Request>> done_;  // guarded by mutex_
};

/// `tag` is the id and the value of the one input; `bytes` is what the queue counts.
inline std::shared_ptr<Request> make_request(std::shared_ptr<CompletionSink> sink, uint64_t tag, size_t bytes = 8,
                                             int64_t first_dim = 1) {
  auto request = std::make_shared<Request>();
  request->id = tag;
  request->sink = std::move(sink);
  Buffer& buffer = request->buffers.emplace_back(host_pool(), sizeof(int64_t));
  *static_cast<int64_t*>(buffer.data()) = static_cast<int64_t>(tag);
  request->inputs = {{DType::kInt64, {first_dim}, buffer.data(), sizeof(int64_t)}};
  request->outputs.resize(1);
  request->bytes = bytes;
  request->submitted = Clock::now();
  return request;
}

}  // namespace ntrt::testing
