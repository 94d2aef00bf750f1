#pragma once
// What is fuzzed: code that reads files which anybody may have written, and the memory pool. Each target takes one
// input and aborts when a promise is broken; the fuzzers (libFuzzer) and the test that replays the kept inputs call the
// same functions.

#include <cstddef>
#include <cstdint>
#include <span>

namespace ntrt::fuzz {

/// `input` is a model. Every outcome but a scan within its limits or Error{kModelInvalid} with a reason is a bug.
void scan(std::span<const std::byte> input);

/// `input` is where a model says that its external data lies. What is accepted must be a file below the model's folder.
void location(std::span<const std::byte> input);

/// `input` is a sequence of operations on a caching pool, five bytes each, checked against a slow model of it.
void pool(std::span<const std::byte> input);

}  // namespace ntrt::fuzz
