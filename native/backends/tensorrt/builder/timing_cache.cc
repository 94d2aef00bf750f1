#include "backends/tensorrt/builder/timing_cache.h"

#include "backends/tensorrt/builder/configure.h"
#include "backends/tensorrt/builder/options.h"
#include "backends/tensorrt/builder/output_file.h"
#include "core/error.h"
#include "model/file_map.h"
#include "model/path_text.h"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

namespace ntrt::tensorrt {
namespace {

constexpr std::string_view kLoadOption = "--timing-cache";
constexpr std::string_view kSaveOption = "--save-timing-cache";
constexpr std::string_view kIgnoreOption = "--ignore-timing-mismatch";

void expect_cache(bool is_good, const std::string& path, TensorRtLog& log) {
  if (is_good) return;
  throw Error(
      Code::kBuildFailed,
      log.explain("TensorRT does not take the timing cache " + path + ": it is damaged, or of another GPU or version"),
      {{"reason", "timing-cache"}, {"path", path}});
}

FileMap map_cache(const std::string& path) {
  try {
    return FileMap::open(path_from_utf8(path));
  } catch (const Error& error) {
    throw Error(Code::kBuildFailed, error.message(), {{"reason", "timing-cache"}, {"path", path}});
  }
}

/// TensorRT makes an empty one of a file that it does not take, and only warns.
TimingCachePtr load_cache(const std::string& path, bool ignores, nvinfer1::IBuilderConfig& config, TensorRtLog& log) {
  const FileMap file = map_cache(path);
  log.take_warnings();
  TimingCachePtr cache(config.createTimingCache(file.bytes().data(), file.bytes().size()));
  for (const std::string& warning : log.take_warnings()) {
    if (ignores || warning.find("timing cache") == std::string::npos) continue;
    log.add_error(warning.c_str());
    expect_cache(false, path, log);
  }
  expect_cache(cache != nullptr, path, log);
  return cache;
}

}  // namespace

TimingCachePtr use_timing_cache(const Arguments& arguments, const Library& library, nvinfer1::IBuilderConfig& config,
                                TensorRtLog& log) {
  const std::vector<std::string> files = arguments.all(kLoadOption);
  const std::string saved = arguments.one_or_none(kSaveOption);
  const bool ignores = parse_bool(kIgnoreOption, arguments.one_or_none(kIgnoreOption));
  if (files.empty() && saved.empty()) return nullptr;
  if (!library.supports(Feature::kTimingCache)) {
    refuse_option(files.empty() ? kSaveOption : kLoadOption, files.empty() ? saved : files.front(), log);
  }
  TimingCachePtr cache(config.createTimingCache(nullptr, 0));
  expect_cache(cache != nullptr, saved, log);
  // Each is looked at by the build, whose GPU it must fit, before it is merged into the one that stays.
  for (const std::string& file : files) {
    const TimingCachePtr loaded = load_cache(file, ignores, config, log);
    expect_cache(config.setTimingCache(*loaded, ignores), file, log);
    expect_cache(cache->combine(*loaded, ignores), file, log);
    config.setTimingCache(*cache, ignores);  // `loaded` ends here
  }
  expect_cache(config.setTimingCache(*cache, ignores), saved, log);
  return cache;
}

void save_timing_cache(const Arguments& arguments, const nvinfer1::ITimingCache* cache) {
  const std::string path = arguments.one_or_none(kSaveOption);
  if (cache == nullptr || path.empty()) return;
  const std::unique_ptr<nvinfer1::IHostMemory> bytes(cache->serialize());
  if (bytes == nullptr)
    throw Error(Code::kBuildFailed, "TensorRT writes no timing cache", {{"reason", "timing-cache"}});
  OutputFile file(path);
  file.write({static_cast<const char*>(bytes->data()), bytes->size()});
  file.close();
}

}  // namespace ntrt::tensorrt
