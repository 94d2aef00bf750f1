#pragma once
// Checks that the data outside of a model is there, and that nothing else can be read through it.
//
// Note "links": a location never passes through a symbolic link (or Windows junction), neither as its last part nor
// before, wherever it leads: `model.onnx` from elsewhere beside a link to a private file is the known attack
// (CVE-2024-27318 and its successors). The model's own folder is the caller's word and may be reached through links.
// Hard links are refused unless the policy says otherwise, as ONNX's own checker does: an archive can bring one that
// leads to a private file (CVE-2026-27489). But they cannot be told from the file itself, and pnpm makes every file of
// an installed package one; so do Nix stores and deduplicating backups. Hence the policy.
//
// Note "check and use": the check and the backend's open are two moments. Whoever can write into the model's folder can
// swap a file between them; then the folder is not trusted and the model must be loaded from memory.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "model/onnx_scan.h"

namespace ntrt {

struct ExternalDataPolicy {
  bool allow_hard_links = false;
};

/// For a model file. Opens nothing. Throws Error{kModelInvalid} with details tensor, location and reason
/// 'external-data-outside-folder' (absolute, '..', backslash, colon, any link), 'external-data-missing',
/// 'external-data-not-a-file', 'external-data-out-of-range', 'external-data-hard-linked' (but for a policy).
void check_external_data(const OnnxScan& scan, const std::filesystem::path& model_folder,
                         ExternalDataPolicy policy = {});

/// A file that the caller gives along with a model in memory, under the location that the model writes.
struct ProvidedFile {
  std::string_view name;
  uint64_t bytes = 0;
};

/// For a model in memory. Throws Error{kModelInvalid} with reason 'external-data-missing' and details missing (names,
/// comma separated) if a location is not among `provided`, and 'external-data-unsupported' for a tensor in a place that
/// data in memory cannot reach.
void check_external_names(const OnnxScan& scan, std::span<const std::string> provided);

/// check_external_names, and that every tensor ends inside its file ('external-data-out-of-range').
void check_external_files(const OnnxScan& scan, std::span<const ProvidedFile> provided);

}  // namespace ntrt
