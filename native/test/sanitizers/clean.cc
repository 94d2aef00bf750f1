// No bug: the checkers report nothing about memory and threads that are used well.
#include <thread>

#include "memory/buffer.h"

int main() {
  ntrt::Buffer buffer(ntrt::host_pool(), 1000);
  std::thread writer([&] { static_cast<char*>(buffer.data())[999] = 1; });
  writer.join();
  return static_cast<char*>(buffer.data())[999] == 1 ? 0 : 1;
}
