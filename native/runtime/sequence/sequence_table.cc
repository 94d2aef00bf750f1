#include "runtime/sequence/sequence_table.h"

#include <cstring>
#include <utility>

namespace ntrt {
namespace {

/// Its first state, one buffer for each.
std::vector<Buffer> first_states(const SequenceOptions& options) {
  std::vector<Buffer> states;
  states.reserve(options.states.size());
  for (const StateSpec& spec : options.states) {
    Buffer& state = states.emplace_back(host_pool(), spec.bytes);
    if (spec.bytes == 0) continue;
    if (spec.initial.empty()) {
      std::memset(state.data(), 0, spec.bytes);
    } else {
      std::memcpy(state.data(), spec.initial.data(), spec.bytes);
    }
  }
  return states;
}

}  // namespace

const Sequence* SequenceTable::find(const SequenceStep& step) const noexcept {
  if (step.start == SequenceStart::kAnew) return nullptr;
  const auto found = by_id_.find(step.id);
  return found == by_id_.end() || found->second->ending ? nullptr : found->second;
}

bool SequenceTable::is_full_for(const SequenceStep& step) const noexcept {
  return by_id_.size() >= options_.max_sequences && !by_id_.contains(step.id);
}

Sequence& SequenceTable::open(const SequenceStep& step) {
  // One that is there and not to be gone on with is replaced.
  Sequence& sequence = find(step) != nullptr ? *by_id_.find(step.id)->second : begin(step.id);
  if (sequence.idle) busy_.splice(busy_.end(), idle_, sequence.self);
  sequence.idle = false;
  ++sequence.num_steps;
  sequence.ending = step.end;
  return sequence;
}

/// Idle, until its first step is let in.
Sequence& SequenceTable::begin(const std::string& id) {
  std::list<Sequence> one(1);
  Sequence& sequence = one.front();
  sequence.id = id;
  sequence.states = first_states(options_);
  sequence.self = one.begin();
  Sequence*& entry = by_id_[id];
  // Nothing below throws.
  Sequence* const before = entry;
  entry = &sequence;
  idle_.splice(idle_.end(), one);
  ++started_;
  if (before != nullptr) {
    before->named = false;
    if (before->idle) drop(*before, ended_);
  }
  return sequence;
}

bool SequenceTable::close(Sequence& sequence, bool last, bool ran, Clock::time_point now) noexcept {
  if (last) sequence.ending = false;
  if (ran) sequence.has_run = true;
  if (last && ran) forget_name(sequence);
  if (--sequence.num_steps > 0) return true;
  idle_.splice(idle_.end(), busy_, sequence.self);
  sequence.idle = true;
  sequence.idle_since = now;
  // Nobody can reach one without a name, and one that never ran is as if it had never been.
  if (sequence.named && sequence.has_run) return true;
  drop(sequence, ended_);
  return false;
}

void SequenceTable::forget_name(Sequence& sequence) noexcept {
  if (std::exchange(sequence.named, false)) by_id_.erase(by_id_.find(sequence.id));
}

void SequenceTable::drop(Sequence& idle, uint64_t& counter) noexcept {
  forget_name(idle);
  ++counter;
  idle_.erase(idle.self);
}

void SequenceTable::expire(Clock::time_point now) noexcept {
  while (next_expiry() <= now) drop(idle_.front(), expired_);
}

Clock::time_point SequenceTable::next_expiry() const noexcept {
  return idle_.empty() ? kNever : idle_.front().idle_since + options_.idle_timeout;
}

SequenceStats SequenceTable::stats() const noexcept {
  return {idle_.size() + busy_.size(), started_, ended_, expired_};
}

void SequenceTable::clear() noexcept {
  while (!idle_.empty()) drop(idle_.front(), ended_);
}

}  // namespace ntrt
