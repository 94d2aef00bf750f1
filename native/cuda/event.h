#pragma once
// A mark in a stream.

#include "cuda/owned.h"

namespace ntrt::cuda {

struct StreamView;

struct EventKind {
  using Handle = CUevent;
  static void destroy(const Driver& driver, CUevent event) noexcept { driver.event_destroy.call(event); }
};

/// Stands for what was in the stream when it was recorded last; for nothing, which is done, before that. Any thread.
class Event : public Owned<EventKind> {
 public:
  enum class Timing { kOff, kOn };

  Event() = default;
  static Event create(const ContextPtr& context, Timing timing = Timing::kOff);

  /// The stream must be of this event's context.
  void record(StreamView stream) const;
  /// Throws as call(): also what went wrong in any work of the context before.
  bool is_done() const;
  void synchronize() const;
  /// Milliseconds of the device from `start` to this event. Both must have timing, be recorded, and be done.
  float milliseconds_since(const Event& start) const;

 private:
  using Owned::Owned;
};

}  // namespace ntrt::cuda
