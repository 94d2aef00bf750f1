#include "model/external_data.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "model/model_error.h"
#include "model/path_text.h"

namespace ntrt {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const ExternalRef& ref, std::string reason, const std::string& what) {
  const std::string tensor = printable(ref.tensor);
  const std::string location = printable(ref.location);
  refuse_model(std::move(reason),
               "external data '" + location + "' of tensor '" + tensor + "' (" + ref.where + ") " + what,
               {{"tensor", tensor}, {"location", location}, {"where", ref.where}});
}

[[noreturn]] void refuse_outside(const ExternalRef& ref, const std::string& what) {
  refuse(ref, "external-data-outside-folder", what);
}

// The parts of a location. The same rules on every system, so that a model which loads on one loads on the others: what
// only Windows understands (drives, backslashes, streams, final dots and blanks) is refused everywhere.
std::vector<std::string_view> split_location(const ExternalRef& ref) {
  const std::string_view location = ref.location;
  if (location.starts_with('/')) refuse_outside(ref, "is an absolute path");
  std::vector<std::string_view> parts;
  for (size_t start = 0; start <= location.size();) {
    const size_t end = std::min(location.find('/', start), location.size());
    const std::string_view part = location.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") refuse_outside(ref, "leaves the folder of the model by '..'");
    for (const char c : part) {
      if (c == '\\') refuse_outside(ref, "has a backslash in it; ONNX separates folders by '/'");
      if (c == ':') refuse_outside(ref, "has a colon in it, which may name a drive");
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse_outside(ref, "has a control character in it");
    }
    if (part.back() == '.' || part.back() == ' ') refuse_outside(ref, "has a name that ends in a dot or a blank");
    parts.push_back(part);
  }
  const bool ends_in_folder = location.ends_with('/') || location.ends_with("/.");
  if (parts.empty() || ends_in_folder) refuse(ref, "external-data-not-a-file", "names a folder");
  return parts;
}

// Follows `parts` from the folder, through no link, to a regular file.
fs::path find_file(const ExternalRef& ref, const fs::path& folder) {
  const std::vector<std::string_view> parts = split_location(ref);
  fs::path path = folder.empty() ? fs::path(".") : folder;
  for (size_t i = 0; i < parts.size(); ++i) {
    path /= path_from_utf8(parts[i]);
    std::error_code error;
    const fs::file_type type = fs::symlink_status(path, error).type();
    if (type == fs::file_type::not_found) {
      refuse(ref, "external-data-missing",
             "is not there: copy it into " + printable(path_to_utf8(folder)) + " together with the model");
    }
    if (type == fs::file_type::none) refuse(ref, "external-data-missing", "cannot be reached: " + error.message());
    if (type == fs::file_type::symlink) {
      refuse_outside(ref, "is or goes through a symbolic link, which is never followed: put the file itself there");
    }
    const bool last = i + 1 == parts.size();
    if (type != (last ? fs::file_type::regular : fs::file_type::directory)) {
      refuse(ref, "external-data-not-a-file", last ? "is not a regular file" : "goes through what is not a folder");
    }
  }
  return path;
}

uint64_t measure_file(const ExternalRef& ref, const fs::path& path, const ExternalDataPolicy& policy) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) refuse(ref, "external-data-missing", "cannot be reached: " + error.message());
  if (!policy.allow_hard_links) {
    const auto links = fs::hard_link_count(path, error);
    if (error || links != 1) {
      refuse(ref, "external-data-hard-linked",
             "has more than one hard link and may be another file too; copy it, or load with options.limits.hardLinks "
             "(pnpm makes hard links)");
    }
  }
  return size;
}

void check_range(const ExternalRef& ref, uint64_t size) {
  if (ref.offset <= size && ref.extent() <= size - ref.offset) return;
  refuse(ref, "external-data-out-of-range",
         "has " + std::to_string(size) + " bytes, but the tensor needs " + std::to_string(ref.extent()) +
             " bytes from byte " + std::to_string(ref.offset) + " on; it may be cut short or belong to another model");
}

// ONNX Runtime gives data from memory to the initialisers of the main graph only. For all others, and for the second of
// two with one name, it would open the location relative to the working directory (seen with 1.30).
void check_reachable(const OnnxScan& scan) {
  std::set<std::string_view> names;
  for (const ExternalRef& ref : scan.external_refs) {
    if (ref.place != TensorPlace::kInitializer) {
      refuse(ref, "external-data-unsupported",
             "cannot be given in memory, because the tensor is no initialiser of the main graph; load the model from a "
             "file or put the tensor into the model");
    }
    if (!names.insert(ref.tensor).second) {
      refuse(ref, "external-data-unsupported", "cannot be given in memory, because two tensors have this name");
    }
  }
}

std::string join(const std::set<std::string>& names) {
  constexpr size_t kShown = 10;
  std::string text;
  size_t count = 0;
  for (const std::string& name : names) {
    if (count == kShown) return text + " and " + std::to_string(names.size() - kShown) + " more";
    text += (count++ == 0 ? "" : ", ") + printable(name);
  }
  return text;
}

}  // namespace

void check_external_data(const OnnxScan& scan, const fs::path& model_folder, ExternalDataPolicy policy) {
  std::map<std::string_view, uint64_t> sizes;
  for (const ExternalRef& ref : scan.external_refs) {
    auto known = sizes.find(ref.location);
    if (known == sizes.end()) {
      known = sizes.emplace(ref.location, measure_file(ref, find_file(ref, model_folder), policy)).first;
    }
    check_range(ref, known->second);
  }
}

void check_external_names(const OnnxScan& scan, std::span<const std::string> provided) {
  const std::set<std::string_view> names(provided.begin(), provided.end());
  std::set<std::string> missing;
  for (const ExternalRef& ref : scan.external_refs) {
    split_location(ref);
    if (!names.contains(ref.location)) missing.insert(ref.location);
  }
  if (!missing.empty()) {
    const std::string text = join(missing);
    refuse_model("external-data-missing", "the model keeps data in files that were not given with it: " + text,
                 {{"missing", text}});
  }
  check_reachable(scan);
}

void check_external_files(const OnnxScan& scan, std::span<const ProvidedFile> provided) {
  std::vector<std::string> names;
  std::map<std::string_view, uint64_t> sizes;
  for (const ProvidedFile& file : provided) {
    names.emplace_back(file.name);
    sizes[file.name] = file.bytes;
  }
  check_external_names(scan, names);
  for (const ExternalRef& ref : scan.external_refs) check_range(ref, sizes.at(ref.location));
}

}  // namespace ntrt
