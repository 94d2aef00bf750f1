#include "binding/copier.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

namespace ntrt::binding {
namespace {

constexpr size_t kSliceBytes = size_t{1} << 20;

/// False if the environment ended meanwhile.
bool copy_sliced(Gate& gate, const Copy& copy) {
  for (size_t offset = 0; offset < copy.bytes; offset += kSliceBytes) {
    const size_t bytes = std::min(kSliceBytes, copy.bytes - offset);
    const bool open = gate.with_open([&] {
      std::memcpy(static_cast<std::byte*>(copy.to) + offset, static_cast<const std::byte*>(copy.from) + offset, bytes);
    });
    if (!open) return false;
  }
  return true;
}

void perform(CopyJob job) {
  const Clock::time_point start = Clock::now();
  for (const Copy& copy : job.copies) {
    if (!copy_sliced(job.mailbox->gate(), copy)) return;
  }
  const Clock::time_point end = Clock::now();
  const auto nanoseconds = [](Clock::duration duration) {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
  };
  EngineCounters& counters = job.request->engine->counters();
  counters.record(Stage::kCopyOut, nanoseconds(end - start));
  counters.record(Stage::kTotal, nanoseconds(end - job.request->submitted));
  job.request.reset();
  Message message;
  message.id = job.id;
  message.event = Event::kCopied;
  job.mailbox->post(std::move(message));
}

}  // namespace

Copier& Copier::instance() {
  static auto* const kCopier = new Copier();
  return *kCopier;
}

Copier::Copier() {
  std::thread([this] { loop(); }).detach();
}

void Copier::add(CopyJob job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  work_.notify_one();
}

void Copier::loop() {
  for (;;) {
    CopyJob job;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return !jobs_.empty(); });
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    perform(std::move(job));
  }
}

}  // namespace ntrt::binding
