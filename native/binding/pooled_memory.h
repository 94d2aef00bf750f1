#pragma once
// Memory of pools that JavaScript of one environment sees, each block as an ArrayBuffer: which typed arrays lie in it,
// and who uses which part.
//
// Note "views of pooled memory" (seen on Node 20, 22, 24 and 26):
// - The ArrayBuffer owns the block: when it is collected, or detached, V8 has the finalizer called in a later turn,
//   which lets the block go. release() detaches it and lets go at once. V8 counts the bytes as external by itself.
// - Where a runtime allows no such buffers (Electron), expose() returns null: the one place that decides. The library
//   then uses ordinary arrays, which are copied as everybody's.
// - postMessage and structuredClone refuse to transfer the buffer (Node 22 and later) or copy it (Node 20).
// - ArrayBuffer.prototype.transfer, which byte streams use as well, gives the memory to another ArrayBuffer, and that
//   one may go to another thread. The memory then lives as long as that one. But at the end of the first one's
//   environment Node calls all finalizers, before any cleanup hook, even though others still have the memory. So the
//   newest buffer is always a sentinel: its finalizer is the first, and looks which of the others somebody else has
//   detached. Their blocks are never freed. The library tells of those that were collected before (note_moved()).

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "binding/tensor_argument.h"
#include "memory/shared_block.h"

namespace ntrt::binding {

/// JavaScript thread only; blocks may die on any thread. Dies when the last view of it is gone.
class PooledMemory : public std::enable_shared_from_this<PooledMemory> {
 public:
  PooledMemory() = default;
  PooledMemory(const PooledMemory&) = delete;
  PooledMemory& operator=(const PooledMemory&) = delete;

  /// The block, which is not empty, as an ArrayBuffer; null where the runtime allows none, or where the environment is
  /// ending: then the block is let go. Throws Error{kOutOfMemory} and std::bad_alloc.
  napi_value expose(napi_env env, std::shared_ptr<SharedBlock> block);

  /// Detaches the ArrayBuffer and lets its block go; requests that use it keep it. Does nothing to any other.
  void release(napi_env env, napi_value buffer);

  /// The ArrayBuffer was detached by somebody else, and is about to be collected.
  void note_moved(napi_env env, napi_value buffer) noexcept;

  /// Whether the array lies in a block.
  bool contains(const ArrayView& view) const noexcept { return find(view) != nullptr; }

  /// A lease on the array's part of its block; nothing if it lies in none. `own` are leases of the same request;
  /// `group` ('inputs' or 'into') and `tensor` name it in errors. Throws Error{kInvalidArgument, kBusy} with details
  /// reason 'overlap'.
  std::optional<BlockLease> lease(const ArrayView& view, Access access, const std::vector<BlockLease>& own,
                                  const std::string& group, const std::string& tensor) const;

 private:
  struct View;

  struct Sentinel;

  const View* find(const ArrayView& view) const noexcept;
  void set_sentinel(napi_env env, std::unique_ptr<Sentinel> sentinel);
  static void abandon(std::unique_ptr<View> view) noexcept;
  static void finalize(napi_env env, void* data, void* hint) noexcept;
  static void finalize_sentinel(napi_env env, void* data, void* hint) noexcept;

  std::map<const std::byte*, View*> views_;  ///< by address; those that hold a block
  Sentinel* sentinel_ = nullptr;             ///< the newest
  napi_ref sentinel_buffer_ = nullptr;       ///< keeps it
};

}  // namespace ntrt::binding
