#include "test/standins/cuda/leaks.h"

namespace standin {
namespace {

bool concerns(const Context* wanted, const Context* owner) {
  return owner != nullptr && owner->lost == CUDA_SUCCESS && (wanted == nullptr || wanted == owner);
}

template <typename T>
size_t count(Table<T>& table, const Context* wanted) {
  size_t number = 0;
  for (const auto& [handle, object] : table.all()) number += concerns(wanted, object->context) ? 1 : 0;
  return number;
}

}  // namespace

bool report_leaks(State& state, const Context* context) {
  std::string text;
  for (const auto& [address, block] : state.memory.blocks()) {
    if (concerns(context, &block->device->context)) text += "; " + block->describe();
  }
  const auto add = [&](size_t number, const char* what) {
    if (number > 0) text += "; " + std::to_string(number) + " " + what;
  };
  add(count(state.streams, context), "streams");
  add(count(state.events, context), "events");
  add(count(state.graphs, context), "graphs");
  add(count(state.execs, context), "executable graphs");
  size_t num_pools = 0;
  for (const auto& [handle, pool] : state.pools.all()) {
    num_pools += !pool->is_default && concerns(context, &pool->device->context) ? 1 : 0;
  }
  add(num_pools, "memory pools");
  if (text.empty()) return false;
  state.violation("leak", std::string(context == nullptr ? "at the end of the process" : "at the end of the context") +
                              text.replace(0, 1, ":"));
  return true;
}

}  // namespace standin
