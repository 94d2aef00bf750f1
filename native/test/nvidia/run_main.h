#pragma once
// The end of a program that asks NVIDIA's libraries: its exit code, 2 where nothing could be tried.

#include <exception>
#include <iostream>

namespace ntrt::nvidia {

using Program = int (*)(int argc, char** argv);

inline int run_main(const char* name, Program program, int argc, char** argv) {
  try {
    return program(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << '\n';
    return 2;
  }
}

}  // namespace ntrt::nvidia
