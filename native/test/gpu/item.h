#pragma once
// One thing that is tried on a GPU, and what may come of it.

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ntrt::gpu {

struct Machine;

/// Thrown by an item that cannot be tried here; says why.
class Skipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Passed when `run` returns, with what is worth telling, measurements above all; failed when it throws anything but
/// Skipped.
struct Item {
  std::string_view name;  // "memory/pool"
  std::function<std::string(Machine&)> run;
};

/// Ends the item that runs as failed.
[[noreturn]] inline void fail(const std::string& why) { throw std::runtime_error(why); }

inline void expect(bool is_true, const std::string& otherwise) {
  if (!is_true) fail(otherwise);
}

// One list a subject, in the order in which they are tried.
std::vector<Item> driver_items();
std::vector<Item> device_items();
std::vector<Item> memory_items();
std::vector<Item> copy_items();
std::vector<Item> stream_items();
std::vector<Item> graph_items();
std::vector<Item> tensorrt_items();
std::vector<Item> model_items();

}  // namespace ntrt::gpu
