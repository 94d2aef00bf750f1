// What an engine says of itself: its signature, how it batches, its limits, its statistics.

#include "binding/load_arguments.h"
#include "binding/native_engine.h"
#include "binding/write_dims.h"

namespace ntrt::binding {
namespace {

/// Upper bound in microseconds, count, upper bound, count, …
Napi::Value write_buckets(Napi::Env env, const std::vector<HistogramBucket>& buckets) {
  Napi::Float64Array numbers = Napi::Float64Array::New(env, buckets.size() * 2);
  if (numbers.IsEmpty()) return env.Undefined();  // the environment is ending
  double* at = numbers.Data();
  for (const HistogramBucket& bucket : buckets) {
    *at++ = bucket.upper_us;
    *at++ = static_cast<double>(bucket.count);
  }
  return numbers;
}

}  // namespace

Napi::Value NativeEngine::describe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto to_array = [env](const std::vector<TensorSpec>& specs, auto&& is_state) {
    Napi::Array array = Napi::Array::New(env, specs.size());
    for (size_t i = 0; i < specs.size(); ++i) {
      Napi::Object spec = Napi::Object::New(env);
      spec.Set("name", specs[i].name);
      spec.Set("type", std::string(dtype_name(specs[i].type)));
      spec.Set("dims", write_dims(env, specs[i].dims));
      spec.Set("anyRank", Napi::Boolean::New(env, specs[i].any_rank));
      spec.Set("isState", Napi::Boolean::New(env, is_state(i)));
      array.Set(static_cast<uint32_t>(i), spec);
    }
    return array;
  };
  const Signature& signature = engine().signature();
  const SequenceOptions& sequences = engine().options().sequences;
  Napi::Object result = Napi::Object::New(env);
  result.Set("inputs", to_array(signature.inputs, [&](size_t i) { return sequences.of_input(i) != nullptr; }));
  result.Set("outputs", to_array(signature.outputs, [&](size_t i) { return sequences.of_output(i) != nullptr; }));
  return result;
}

Napi::Value NativeEngine::facts(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), engine().facts());
}

/// batching(): { enabled, reason }, as things are.
Napi::Value NativeEngine::batching(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const BatchLayout& layout = engine().options().layout;
  const std::string fault = engine().batching_fault();
  Napi::Object result = Napi::Object::New(env);
  result.Set("enabled", Napi::Boolean::New(env, layout.enabled && fault.empty()));
  result.Set("reason", fault.empty() ? layout.reason : fault);
  if (!layout.padding.reason.empty()) {
    Napi::Object padding = Napi::Object::New(env);
    padding.Set("enabled", Napi::Boolean::New(env, layout.padding.enabled && fault.empty()));
    padding.Set("reason", fault.empty() ? layout.padding.reason : fault);
    result.Set("padding", padding);
  }
  return result;
}

/// numa(): { node: number | null, cpus, memoryBound, reason }
Napi::Value NativeEngine::numa(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const NumaBinding& numa = engine().options().numa;
  Napi::Object result = Napi::Object::New(env);
  result.Set("node", numa.node == kNoNode ? env.Null() : Napi::Value(Napi::Number::New(env, numa.node)));
  result.Set("cpus", numa.cpus);
  result.Set("memoryBound", Napi::Boolean::New(env, numa.memory_bound));
  result.Set("reason", numa.reason);
  return result;
}

/// queueOptions(): as they are.
Napi::Value NativeEngine::queue_options(const Napi::CallbackInfo& info) {
  return write_queue_options(info.Env(), engine().queue_options());
}

/// configure(queueOptions): for all handles, from now on.
Napi::Value NativeEngine::configure(const Napi::CallbackInfo& info) {
  engine().configure(read_queue_options(info[0].As<Napi::Object>()));
  return info.Env().Undefined();
}

/// stats(histograms): counters and latencies, with all buckets of the latencies if asked for.
Napi::Value NativeEngine::stats(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  bool histograms = false;
  napi_get_value_bool(env, info[0], &histograms);
  EngineCounters& counters = engine().counters();
  Napi::Object result = Napi::Object::New(env);
  const auto set = [&](const char* key, double value) { result.Set(key, Napi::Number::New(env, value)); };
  set("accepted", static_cast<double>(counters.accepted.load()));
  set("completed", static_cast<double>(counters.completed.load()));
  set("failed", static_cast<double>(counters.failed.load()));
  set("aborted", static_cast<double>(counters.aborted.load()));
  set("timedOut", static_cast<double>(counters.timed_out.load()));
  set("inPlace", static_cast<double>(counters.in_place.load()));
  const QueueState queue = engine().queue_state();
  set("queueDepth", static_cast<double>(queue.depth));
  set("queueOldestMs", queue.oldest_ms);
  set("windowMs", queue.window_ms);
  const SequenceStats sequences = engine().sequence_stats();
  set("sequencesActive", static_cast<double>(sequences.active));
  set("sequencesStarted", static_cast<double>(sequences.started));
  set("sequencesEnded", static_cast<double>(sequences.ended));
  set("sequencesExpired", static_cast<double>(sequences.expired));
  set("rows", static_cast<double>(counters.rows.load()));
  set("gatheredRows", static_cast<double>(counters.gathered_rows.load()));
  Napi::Array rejected = Napi::Array::New(env, kNumRefusals);
  for (uint32_t i = 0; i < kNumRefusals; ++i) {
    rejected.Set(i, Napi::Number::New(env, static_cast<double>(counters.rejected[i].load())));
  }
  result.Set("rejected", rejected);
  Napi::Array sizes = Napi::Array::New(env);
  uint32_t next_size = 0;
  for (const auto& [rows, count] : counters.batch_sizes.snapshot()) {
    sizes.Set(next_size++, Napi::Number::New(env, static_cast<double>(rows)));
    sizes.Set(next_size++, Napi::Number::New(env, static_cast<double>(count)));
  }
  result.Set("batchSizes", sizes);
  Napi::Array stages = Napi::Array::New(env, kNumStages);
  Napi::Array buckets = Napi::Array::New(env);
  for (uint32_t i = 0; i < kNumStages; ++i) {
    std::vector<HistogramBucket> filled;
    const HistogramSnapshot s = counters.stages[i].snapshot(histograms ? &filled : nullptr);
    Napi::Array numbers = Napi::Array::New(env);
    uint32_t at = 0;
    for (const double value :
         {static_cast<double>(s.count), s.sum_us, s.mean_us, s.p50_us, s.p90_us, s.p99_us, s.max_us}) {
      numbers.Set(at++, Napi::Number::New(env, value));
    }
    stages.Set(i, numbers);
    if (histograms) buckets.Set(i, write_buckets(env, filled));
  }
  result.Set("stages", stages);
  result.Set("buckets", buckets);
  return result;
}

}  // namespace ntrt::binding
