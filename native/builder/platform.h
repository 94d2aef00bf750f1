#pragma once
// What the program needs of the system. The only place of native/builder with code for one system; what is for Windows
// is written after the documentation and was never tried.

#include <cstddef>
#include <string>
#include <string_view>

namespace ntrt::builder {

/// Where the events go.
class EventPipe {
 public:
  /// Takes the standard output for the events alone: what anything else prints there comes out on the standard error
  /// from now on.
  static EventPipe take_standard_output();

  /// One line, from any thread. Takes no memory. False once nobody reads any more.
  bool write_line(std::string_view text) const noexcept;

 private:
  explicit EventPipe(int file) noexcept : file_(file) {}
  bool write(std::string_view text) const noexcept;

  int file_;
};

/// Reads from the standard input, up to `size` bytes; 0 at its end, also where it cannot be read. Waits.
size_t read_standard_input(char* bytes, size_t size) noexcept;

/// What all threads of this process have computed so far.
double processor_seconds() noexcept;

/// Ends the process at once, whatever its other threads do.
[[noreturn]] void end_process(int code) noexcept;

}  // namespace ntrt::builder
