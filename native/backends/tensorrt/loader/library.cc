#include "backends/tensorrt/loader/library.h"

#include "core/error.h"
#include "core/shared_library.h"

namespace ntrt::tensorrt {
namespace {

int version_part(const std::string& path, const char* symbol) {
  return reinterpret_cast<int32_t (*)()>(load_symbol(path, symbol))();
}

Version read_version(const std::string& path) {
  return {version_part(path, "getInferLibMajorVersion"), version_part(path, "getInferLibMinorVersion"),
          version_part(path, "getInferLibPatchVersion"), version_part(path, "getInferLibBuildVersion")};
}

/// In the library's own folder; a bare name for one that the system's loader found.
std::string parser_of(const FlavourInfo& flavour, const std::string& library) {
  if (flavour.parser.empty()) return "";
  const size_t slash = library.find_last_of("/\\");
  if (slash == std::string::npos) return std::string(flavour.parser);
  const std::string found = find_in_folder(library.substr(0, slash), flavour.parser);
  return found.empty() ? std::string(flavour.parser) : found;
}

}  // namespace

void* Library::symbol(const char* name) const { return load_symbol(path, name); }

std::shared_ptr<const Library> open_library(Flavour flavour, const std::string& path) {
  const FlavourInfo& info = info_of(flavour);
  auto library = std::make_shared<Library>();
  library->flavour = flavour;
  library->path = path;
  library->version = read_version(path);
  if (library->version < info.oldest || library->version >= info.end) {
    throw Error(Code::kBackendUnavailable, "it is version " + to_string(library->version) + "; needed is " +
                                               std::to_string(info.oldest.major) + '.' +
                                               std::to_string(info.oldest.minor) + " or newer, before " +
                                               std::to_string(info.end.major) + '.' + std::to_string(info.end.minor));
  }
  library->parser = parser_of(info, path);
  return library;
}

Search<Library> find_library(Flavour flavour, const Surroundings& surroundings) {
  Search<Library> search;
  for (const Place& place : library_places(info_of(flavour), surroundings)) {
    if (!place.missing.empty()) {
      search.attempts.push_back({place.path, place.missing});
      continue;
    }
    try {
      search.found = open_library(flavour, place.path);
      return search;
    } catch (const Error& error) {
      search.attempts.push_back({place.path, error.message()});
    }
    if (place.is_given) return search;
  }
  return search;
}

std::shared_ptr<const Library> require_library(Flavour flavour, const Surroundings& surroundings) {
  const Search<Library> search = find_library(flavour, surroundings);
  if (search) return search.found;
  const std::string name(info_of(flavour).name);
  const std::string text = search.describe("library of " + name);
  throw Error(Code::kBackendUnavailable, text, {{"backend", name}, {"tried", text}});
}

}  // namespace ntrt::tensorrt
