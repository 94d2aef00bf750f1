#pragma once
// An engine over the model of rows (row_model.h), with batches.

#include <map>
#include <memory>
#include <utility>

#include "test/support/fake_engine.h"
#include "test/support/row_requests.h"

namespace ntrt::testing {

inline EngineOptions row_options(size_t max_size = 32, int instances = 1) {
  EngineOptions options = fake_options(instances);
  options.layout = row_layout();
  options.queue.batch.max_size = max_size;
  return options;
}

/// Waits for full batches only.
inline EngineOptions patient_options(size_t max_size, int instances = 1) {
  EngineOptions options = row_options(max_size, instances);
  options.queue.batch.max_delay = std::chrono::hours(1);
  return options;
}

class RowEngine : public FakeEngine {
 public:
  explicit RowEngine(EngineOptions options = row_options()) : FakeEngine(std::move(options), row_signature()) {
    script().set_action(RowAction(faults_));
  }

  RowFaults& faults() { return *faults_; }
  std::shared_ptr<const RowFaults> shared_faults() const { return faults_; }

  std::shared_ptr<Request> rows(uint64_t tag, size_t count = 1, size_t columns = 2) {
    return make_rows(shared_sink(), tag, count, columns);
  }
  std::shared_ptr<Request> submit_rows(uint64_t tag, size_t count = 1, size_t columns = 2) {
    auto request = rows(tag, count, columns);
    (**this).submit(request);
    return request;
  }
  /// As the binding does it: into a batch buffer, if there is one.
  std::shared_ptr<Request> submit_in_place(uint64_t tag, size_t count = 1) {
    auto request = rows(tag, count);
    submit_borrowed(**this, request);
    return request;
  }

  /// How many batches there were of each number of rows. The one of submit_blocked() is of one row.
  std::map<size_t, uint64_t> sizes() { return (**this).counters().batch_sizes.snapshot(); }
  /// Owners of the first rows of the runs.
  std::vector<uint64_t> first_tags() {
    std::vector<uint64_t> tags;
    for (const int64_t value : script().order()) tags.push_back(static_cast<uint64_t>(value) / 64);
    return tags;
  }
  void expect_counters_add_up() {
    const EngineCounters& c = (**this).counters();
    EXPECT_EQ(c.completed + c.failed + c.aborted + c.timed_out, c.accepted);
  }

 private:
  const std::shared_ptr<RowFaults> faults_ = std::make_shared<RowFaults>();
};

}  // namespace ntrt::testing
