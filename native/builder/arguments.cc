#include "builder/arguments.h"

#include <charconv>
#include <string_view>

#include "builder/platform.h"
#include "core/error.h"

namespace ntrt::builder {
namespace {

constexpr std::string_view kStandardInputOption = "--stdin";
constexpr std::string_view kMemoryLimitOption = "--memory-limit";
constexpr size_t kMostBytes = size_t{1} << 30;

[[noreturn]] void refuse_request(const std::string& why) { throw Error(Code::kInvalidArgument, why); }

template <typename T>
T to_number(std::string_view text, const char* what) {
  T number = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || next != end) refuse_request("\"" + std::string(text) + "\" is no " + what);
  return number;
}

void read_exactly(char* bytes, size_t size) {
  while (size > 0) {
    const size_t number = read_standard_input(bytes, size);
    if (number == 0) refuse_request("the standard input ended within the arguments");
    bytes += number;
    size -= number;
  }
}

/// Byte by byte: what comes behind the line is not to be taken.
size_t read_length() {
  constexpr size_t kMostDigits = 20;
  std::string line;
  for (char byte = 0;; line += byte) {
    read_exactly(&byte, 1);
    if (byte == '\n') break;
    if (line.size() == kMostDigits)
      refuse_request("the standard input does not begin with the length of the arguments");
  }
  const auto length = to_number<size_t>(line, "length of the arguments");
  if (length > kMostBytes) refuse_request("more than 1 GiB of arguments");
  return length;
}

/// Keeps what is for the program itself.
Request sort_arguments(std::vector<std::string> all) {
  if (all.size() < 2) refuse_request("usage: node-tensorrt-builder MODULE COMMAND [--name value ...], or --stdin");
  Request request;
  request.module = std::move(all[0]);
  request.arguments.push_back(std::move(all[1]));
  for (size_t i = 2; i < all.size(); ++i) {
    if (all[i] != kMemoryLimitOption) {
      request.arguments.push_back(std::move(all[i]));
      if (i + 1 < all.size()) request.arguments.push_back(std::move(all[++i]));
      continue;
    }
    if (i + 1 == all.size()) refuse_request("--memory-limit needs a value");
    request.memory_limit = to_number<uint64_t>(all[++i], "number of bytes (--memory-limit)");
    if (request.memory_limit == 0) refuse_request("--memory-limit of 0 bytes");
  }
  return request;
}

}  // namespace

bool is_from_standard_input(int argc, char** argv) { return argc == 2 && kStandardInputOption == argv[1]; }

Request read_command_line(int argc, char** argv) { return sort_arguments({argv + 1, argv + argc}); }

Request read_standard_input_request() {
  std::string bytes(read_length(), '\0');
  read_exactly(bytes.data(), bytes.size());
  if (!bytes.empty() && bytes.back() != '\0') refuse_request("the arguments do not end with a NUL");
  std::vector<std::string> all;
  for (size_t at = 0; at < bytes.size(); at += all.back().size() + 1) all.emplace_back(bytes.c_str() + at);
  return sort_arguments(std::move(all));
}

}  // namespace ntrt::builder
