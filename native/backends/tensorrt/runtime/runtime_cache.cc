#include "backends/tensorrt/runtime/runtime_cache.h"

#include <functional>
#include <string_view>
#include <variant>

#include "backends/tensorrt/builder/this_flavour.h"
#include "backends/tensorrt/runtime/replace_file.h"
#include "core/error.h"
#include "model/file_map.h"
#include "model/path_text.h"

namespace ntrt::tensorrt {

#ifdef TRT_MAJOR_RTX

namespace {

constexpr size_t kMaxCacheBytes = size_t{1} << 30U;

std::span<const std::byte> bytes_of(const nvinfer1::IHostMemory& memory) {
  return {static_cast<const std::byte*>(memory.data()), memory.size()};
}

/// Why FileMap has not opened a file.
std::string reason_of(const Error& error) {
  for (const Detail& detail : error.details()) {
    const auto* const text = std::get_if<std::string>(&detail.value);
    if (detail.key == std::string_view("reason") && text != nullptr) return *text;
  }
  return "";
}

}  // namespace

RuntimeCache::RuntimeCache(const std::string& path, nvinfer1::ICudaEngine& engine, const Library& library,
                           const UsedDevice& device, RuntimeLog& log)
    : path_(path), device_(device), log_(log), cache_(nullptr, {device.context}), config_(nullptr, {device.context}) {
  if (path.empty() || !library.supports(Feature::kRuntimeCache)) return;
  config_.reset(engine.createRuntimeConfig());
  if (config_ != nullptr) cache_.reset(config_->createRuntimeCache());
  if (cache_ == nullptr) {
    config_.reset();
    return;
  }
  read();
  if (config_->setRuntimeCache(*cache_)) return;
  state_ = "none";
  config_.reset();
  cache_.reset();
}

/// Knows what the cache has at its begin, so that one in which nothing was compiled replaces no file.
void RuntimeCache::read() {
  try {
    const FileMap file = FileMap::open(path_from_utf8(path_));
    const std::span<const std::byte> bytes = file.bytes();
    if (bytes.empty() || bytes.size() > kMaxCacheBytes) {
      start_anew("it has " + std::to_string(bytes.size()) + " bytes");
    } else if (cache_->deserialize(bytes.data(), bytes.size())) {
      state_ = "read";
      known_ = digest_of(bytes);
    } else {
      start_anew("it is damaged, or of another GPU, driver or version");
    }
  } catch (const Error& error) {
    state_ = "new";
    if (reason_of(error) != "not-found") {
      may_replace_ = false;
      start_anew(error.message());
    }
  }
  if (state_ == std::string_view("read")) return;
  if (const auto empty = serialize()) known_ = digest_of(bytes_of(*empty));
}

/// Errors of TensorRT's about the file are told here, and not of what fails later.
void RuntimeCache::start_anew(const std::string& why) {
  state_ = "stale";
  const std::string said = log_.take_errors();
  const std::string text = "the runtime cache " + path_ + " is not used, and made anew: " + why +
                           (said.empty() ? "" : ". " + this_flavour() + " says: " + said);
  log_.log(nvinfer1::ILogger::Severity::kWARNING, text.c_str());
}

nvinfer1::IExecutionContext* RuntimeCache::create_context(nvinfer1::ICudaEngine& engine) const noexcept {
  return config_ != nullptr ? engine.createExecutionContext(config_.get()) : engine.createExecutionContext();
}

void RuntimeCache::save() noexcept {
  if (cache_ == nullptr || !may_replace_) return;
  try {
    const cuda::ContextScope scope(*device_.context);
    device_.context->synchronize();  // throws where the context is lost, of which nothing is kept
    const auto memory = serialize();
    if (memory == nullptr || memory->size() == 0 || memory->size() > kMaxCacheBytes) return;
    const Digest now = digest_of(bytes_of(*memory));
    if (now != known_ && replace_file(path_, bytes_of(*memory))) known_ = now;
  } catch (...) {  // the next process compiles again
  }
}

std::unique_ptr<nvinfer1::IHostMemory, DeleteInContext> RuntimeCache::serialize() const {
  return {cache_->serialize(), {device_.context}};
}

RuntimeCache::Digest RuntimeCache::digest_of(std::span<const std::byte> bytes) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {text.size(), std::hash<std::string_view>()(text)};
}

#else

RuntimeCache::RuntimeCache(const std::string& path, nvinfer1::ICudaEngine&, const Library&, const UsedDevice&,
                           RuntimeLog&)
    : path_(path) {}

nvinfer1::IExecutionContext* RuntimeCache::create_context(nvinfer1::ICudaEngine& engine) const noexcept {
  return engine.createExecutionContext();
}

void RuntimeCache::save() noexcept {}

#endif

}  // namespace ntrt::tensorrt
