#pragma once
// A folder that stands for /sys, with as many NUMA nodes as a test wants. Linux only, as is what reads it.

#include <string>
#include <thread>
#include <utility>

#include "test/model/temp_folder.h"

namespace ntrt::testing {

class FakeNodes {
 public:
  explicit FakeNodes(const std::string& online) { write("online", online + "\n"); }

  FakeNodes& add(int id, const std::string& cpus, size_t free_kib = 1000) {
    const std::string node = "node" + std::to_string(id);
    const std::string number = std::to_string(id);
    write(node + "/cpulist", cpus + "\n");
    write(node + "/meminfo", "Node " + number + " MemTotal:       2000 kB\nNode " + number +
                                 " MemFree:        " + std::to_string(free_kib) + " kB\n");
    return *this;
  }
  void write(const std::string& name, const std::string& content) {
    folder_.write("devices/system/node/" + name, content);
  }

  std::string sysfs() const { return folder_.path().string(); }

 private:
  TempFolder folder_;
};

/// On a thread of its own, which keeps what it is bound to for itself.
template <typename F>
void on_thread(F&& work) {
  std::thread(std::forward<F>(work)).join();
}

}  // namespace ntrt::testing
