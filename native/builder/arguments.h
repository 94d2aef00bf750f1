#pragma once
// What the program is asked for: from its command line, or from its standard input, where names may have anything in
// them and no limit of a command line counts.

#include <cstdint>
#include <string>
#include <vector>

namespace ntrt::builder {

struct Request {
  std::string module;                  ///< absolute path
  std::vector<std::string> arguments;  ///< for the module: the command, then --name value
  uint64_t memory_limit = 0;           ///< of --memory-limit, in bytes; 0: none
};

/// Whether the arguments are on the standard input.
bool is_from_standard_input(int argc, char** argv);

/// From the command line: MODULE COMMAND [--name value …]. Throws Error{kInvalidArgument}.
Request read_command_line(int argc, char** argv);

/// From the standard input: the number of bytes in decimal, a line feed, then that many bytes, the same arguments with
/// a NUL behind each. Throws Error{kInvalidArgument}.
Request read_standard_input_request();

}  // namespace ntrt::builder
