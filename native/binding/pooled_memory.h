#pragma once
// Memory of pools that JavaScript of one environment sees, each block as an ArrayBuffer: which typed arrays lie in it,
// and who uses which part.
//
// Note "views of pooled memory" (seen on Node 20, 22, 24 and 26):
// - The ArrayBuffer owns the block: when it is collected, or detached, V8 has the finalizer called in a later turn, which
//   lets the block go. release() detaches it and lets go at once. V8 counts the bytes as external memory by itself.
// - Where a runtime allows no such buffers (Electron), expose() returns null: the one place that decides. The library then
//   uses ordinary arrays, which are copied as everybody's.
// - postMessage and structuredClone refuse to transfer the buffer (Node 22 and later) or copy it (Node 20).
// - ArrayBuffer.prototype.transfer, which byte streams use as well, gives the memory to another ArrayBuffer, and that one
//   may go to another thread. The memory then lives as long as that one. But Node calls all finalizers when the
//   environment of the first one ends, even though others still have the memory. on_env_end(), which runs before them,
//   therefore looks which buffers somebody else has detached, and their blocks are never freed.

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

  /// Whether the array lies in a block.
  bool contains(const ArrayView& view) const noexcept { return find(view) != nullptr; }

  /// A lease on the array's part of its block; nothing if it lies in none. `own` are leases of the same request; `group`
  /// ('inputs' or 'into') and `tensor` name it in errors. Throws Error{kInvalidArgument, kBusy} with details reason 'overlap'.
  std::optional<BlockLease> lease(const ArrayView& view, Access access, const std::vector<BlockLease>& own,
                                  const std::string& group, const std::string& tensor) const;

 private:
  struct View;

  const View* find(const ArrayView& view) const noexcept;
  void watch_end(napi_env env);
  static void finalize(napi_env env, void* data, void* hint) noexcept;
  static void on_env_end(void* memory) noexcept;

  std::map<const std::byte*, View*> views_;  ///< by address; those that hold a block
  napi_env ends_with_ = nullptr;             ///< whose hook is set
};

}  // namespace ntrt::binding
