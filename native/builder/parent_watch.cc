#include "builder/parent_watch.h"

#include <array>
#include <thread>

#include "builder/platform.h"

namespace ntrt::builder {

void watch_standard_input() {
  // Never joined: a read may wait for as long as the process lives.
  std::thread([] {
    std::array<char, 256> ignored{};
    while (read_standard_input(ignored.data(), ignored.size()) > 0) {
    }
    end_process(kAskerDied);
  }).detach();
}

}  // namespace ntrt::builder
