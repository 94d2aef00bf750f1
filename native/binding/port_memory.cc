// The memory pools, as a port offers them. They belong to the process; a port only passes the question on.

#include <thread>

#include "binding/port.h"
#include "memory/pools.h"
#include "memory/snapshot_json.h"

namespace ntrt::binding {
namespace {

Napi::Object to_object(Napi::Env env, const ByteStats& stats) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("current", Napi::Number::New(env, static_cast<double>(stats.current)));
  object.Set("peak", Napi::Number::New(env, static_cast<double>(stats.peak)));
  object.Set("allocated", Napi::Number::New(env, static_cast<double>(stats.allocated)));
  object.Set("freed", Napi::Number::New(env, static_cast<double>(stats.freed)));
  return object;
}

}  // namespace

Napi::Value Port::pools(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::vector<std::string> names = pool_names();
  Napi::Array array = Napi::Array::New(env, names.size());
  for (size_t i = 0; i < names.size(); ++i) array.Set(static_cast<uint32_t>(i), names[i]);
  return array;
}

Napi::Value Port::pool_stats(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const ntrt::PoolStats stats = pool(info[0].As<Napi::String>().Utf8Value()).stats();
  Napi::Object object = Napi::Object::New(env);
  object.Set("allocatedBytes", to_object(env, stats.allocated));
  object.Set("inactiveSplitBytes", to_object(env, stats.inactive_split));
  object.Set("reservedBytes", to_object(env, stats.reserved));
  object.Set("activeBytes", to_object(env, stats.active));
  object.Set("numOoms", Napi::Number::New(env, static_cast<double>(stats.num_ooms)));
  object.Set("numRetries", Napi::Number::New(env, static_cast<double>(stats.num_retries)));
  object.Set("numSystemAllocs", Napi::Number::New(env, static_cast<double>(stats.num_system_allocs)));
  return object;
}

Napi::Value Port::reset_peak(const Napi::CallbackInfo& info) {
  pool(info[0].As<Napi::String>().Utf8Value()).reset_peak();
  return info.Env().Undefined();
}

/// emptyCache(id, pool): unmapping takes milliseconds, so a thread does it; the event `number` of that id follows.
Napi::Value Port::empty_cache(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  Pool& target = pool(info[1].As<Napi::String>().Utf8Value());
  begin(env, id, nullptr, [&] {
    std::thread([mailbox = mailbox_, id, &target] {
      Message message;
      message.id = id;
      message.event = Event::kNumber;
      message.number = static_cast<double>(target.empty_cache());
      mailbox->post(std::move(message));
    }).detach();
  });
  return env.Undefined();
}

/// poolSnapshot(pool): JSON of a PoolSnapshot of `lib/memory/snapshot.ts`, but for `stats`.
Napi::Value Port::pool_snapshot(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), snapshot_json(pool(info[0].As<Napi::String>().Utf8Value())));
}

/// recordHistory(pool, maxEvents)
Napi::Value Port::record_history(const Napi::CallbackInfo& info) {
  pool(info[0].As<Napi::String>().Utf8Value()).record_history(info[1].As<Napi::Number>().Uint32Value());
  return info.Env().Undefined();
}

/// setLimit(pool, bytes); 0: none
Napi::Value Port::set_limit(const Napi::CallbackInfo& info) {
  const auto bytes = static_cast<size_t>(info[1].As<Napi::Number>().Int64Value());
  pool(info[0].As<Napi::String>().Utf8Value()).set_limit(bytes > 0 ? bytes : LimitAdaptor::kNoLimit);
  return info.Env().Undefined();
}

/// failAllocation(pool, count): for tests; returns what there was to come.
Napi::Value Port::fail_allocation(const Napi::CallbackInfo& info) {
  Pool& target = pool(info[0].As<Napi::String>().Utf8Value());
  const auto before = static_cast<double>(target.fault_in());
  target.fail_allocation(static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value()));
  return Napi::Number::New(info.Env(), before);
}

/// setPolicy(pool, trimIdleMs, gcThreshold, hugePages)
Napi::Value Port::set_policy(const Napi::CallbackInfo& info) {
  Pool::Policy policy;
  policy.trim_idle = std::chrono::milliseconds(info[1].As<Napi::Number>().Int64Value());
  policy.gc_threshold = info[2].As<Napi::Number>().DoubleValue();
  policy.huge_pages = info[3].As<Napi::Boolean>().Value();
  pool(info[0].As<Napi::String>().Utf8Value()).set_policy(policy);
  return info.Env().Undefined();
}

}  // namespace ntrt::binding
