// What is told of single runs, to those who look at them (lib/engine/diagnostics.ts).

#include "binding/port.h"

namespace ntrt::binding {

/// runFacts(): of the run that ended last on its way through this port, or was refused. From frame[2] on, with times in
/// milliseconds: 1 if it was in place; rows; copy of its inputs, queue, run; then its batch: number (0: none), rows,
/// requests, rows gathered, queue; 1 if it is the first here that tells of the batch.
Napi::Value Port::run_facts(const Napi::CallbackInfo& info) {
  const auto ms = [](Clock::duration duration) { return static_cast<double>(to_nanoseconds(duration)) / 1e6; };
  const BatchFacts& batch = facts_.batch;
  double* at = frame_ + 2;
  *at++ = facts_.in_place ? 1 : 0;
  *at++ = static_cast<double>(facts_.rows);
  for (const Clock::duration time : {facts_.copy_in, facts_.queue, facts_.compute}) *at++ = ms(time);
  *at++ = static_cast<double>(batch.id);
  for (const size_t count : {batch.rows, batch.requests, batch.gathered_rows}) *at++ = static_cast<double>(count);
  *at++ = ms(batch.queue);
  *at = facts_.tells_of_batch ? 1 : 0;
  return info.Env().Undefined();
}

}  // namespace ntrt::binding
