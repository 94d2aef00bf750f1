// For the coverage build of the addon only. Counts are written at exit(), to which a process that is ended by a signal
// never comes: vitest ends its own so. This writes them first, and then lets happen what would have happened.

#include <csignal>

extern "C" void __gcov_dump();  // of libgcov

namespace {

struct sigaction before;  // Node.js has a handler of its own, which puts the terminal right

void dump_and_go_on(int signal) {
  __gcov_dump();
  sigaction(signal, &before, nullptr);
  raise(signal);
}

struct Installer {
  Installer() {
    struct sigaction action{};
    action.sa_handler = dump_and_go_on;
    sigaction(SIGTERM, &action, &before);
  }
};

const Installer kInstaller;

}  // namespace
