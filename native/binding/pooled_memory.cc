#include "binding/pooled_memory.h"

#include <utility>

namespace ntrt::binding {
/// What the finalizer of an ArrayBuffer gets.
struct PooledMemory::View {
  std::shared_ptr<PooledMemory> home;
  std::shared_ptr<SharedBlock> block;  ///< null once it was released
  napi_ref buffer = nullptr;           ///< weak
  bool moved = false;                  ///< others have the memory
  View* next_abandoned = nullptr;
};

/// What the finalizer of a buffer gets that is there to be finalized first.
struct PooledMemory::Sentinel {
  std::shared_ptr<PooledMemory> home;
  std::byte memory{};
};

napi_value PooledMemory::expose(napi_env env, std::shared_ptr<SharedBlock> block) {
  auto sentinel = std::make_unique<Sentinel>();
  auto view = std::make_unique<View>();
  view->home = shared_from_this();
  view->block = std::move(block);
  std::byte* const data = view->block->data();
  views_.emplace(data, view.get());
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, data, view->block->bytes(), finalize, view.get(), &buffer) != napi_ok) {
    views_.erase(data);
    return nullptr;
  }
  napi_create_reference(env, buffer, 0, &view.release()->buffer);
  set_sentinel(env, std::move(sentinel));
  return buffer;
}

void PooledMemory::release(napi_env env, napi_value buffer) {
  void* data = nullptr;
  size_t bytes = 0;
  if (napi_get_arraybuffer_info(env, buffer, &data, &bytes) != napi_ok) return;
  const auto found = views_.find(static_cast<std::byte*>(data));
  if (found == views_.end()) return;
  if (napi_detach_arraybuffer(env, buffer) != napi_ok)
    throw Error(Code::kInternal, "a pooled tensor cannot be detached");
  found->second->block.reset();
  views_.erase(found);
}

const PooledMemory::View* PooledMemory::find(const ArrayView& view) const noexcept {
  if (views_.empty() || view.bytes == 0) return nullptr;
  const auto* const data = static_cast<const std::byte*>(view.data);
  auto next = views_.upper_bound(data);
  if (next == views_.begin()) return nullptr;
  const View* const found = std::prev(next)->second;
  return data + view.bytes <= found->block->data() + found->block->bytes() ? found : nullptr;
}

std::optional<BlockLease> PooledMemory::lease(const ArrayView& view, Access access, const std::vector<BlockLease>& own,
                                              const std::string& group, const std::string& tensor) const {
  const View* const found = find(view);
  if (found == nullptr) return std::nullopt;
  const SharedBlock& block = *found->block;
  const auto name = [&] { return (access == Access::kWrite ? "options." : "") + group + "." + tensor; };
  const ByteRange range{static_cast<size_t>(static_cast<std::byte*>(view.data) - block.data()), view.bytes};
  for (const BlockLease& lease : own) {
    if (lease.access() == Access::kRead && access == Access::kRead) continue;
    if (!lease.overlaps(block, range)) continue;
    throw Error(Code::kInvalidArgument,
                name() + ": its memory overlaps that of another tensor of this run, and a run writes to one of them",
                {{"option", name()}, {"reason", "overlap"}});
  }
  if (const auto use = block.conflict(range, access)) {
    const bool written = *use == Access::kWrite;
    throw Error(Code::kBusy,
                name() + ": its memory overlaps a pooled tensor that is " + (written ? "in 'into'" : "an input") +
                    " of a run in flight",
                {{"option", name()}, {"reason", "overlap"}, {"usedAs", written ? "into" : "input"}});
  }
  return BlockLease(found->block, range, access);
}

/// It is not collected, so it is finalized at the end of the environment only; Node begins with the newest buffer.
void PooledMemory::set_sentinel(napi_env env, std::unique_ptr<Sentinel> sentinel) {
  if (sentinel_buffer_ != nullptr) napi_delete_reference(env, std::exchange(sentinel_buffer_, nullptr));
  sentinel_ = nullptr;
  sentinel->home = shared_from_this();
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, &sentinel->memory, 1, finalize_sentinel, sentinel.get(), &buffer) !=
      napi_ok)
    return;
  sentinel_ = sentinel.release();
  napi_create_reference(env, buffer, 1, &sentinel_buffer_);
}

void PooledMemory::finalize_sentinel(napi_env env, void* /*data*/, void* hint) noexcept {
  const std::unique_ptr<Sentinel> sentinel(static_cast<Sentinel*>(hint));
  PooledMemory& self = *sentinel->home;
  if (self.sentinel_ != sentinel.get()) return;
  self.sentinel_ = nullptr;
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env, &scope);
  for (const auto& [data, view] : self.views_) {
    napi_value buffer = nullptr;
    if (napi_get_reference_value(env, view->buffer, &buffer) != napi_ok || buffer == nullptr) continue;
    bool detached = false;
    napi_is_detached_arraybuffer(env, buffer, &detached);
    view->moved = view->moved || detached;
  }
  napi_close_handle_scope(env, scope);
}

void PooledMemory::note_moved(napi_env env, napi_value buffer) noexcept {
  for (const auto& [data, view] : views_) {
    napi_value own = nullptr;
    bool same = false;
    if (napi_get_reference_value(env, view->buffer, &own) != napi_ok || own == nullptr) continue;
    if (napi_strict_equals(env, own, buffer, &same) == napi_ok && same) view->moved = true;
  }
}

void PooledMemory::finalize(napi_env env, void* /*data*/, void* hint) noexcept {
  std::unique_ptr<View> view(static_cast<View*>(hint));
  napi_delete_reference(env, view->buffer);
  if (!view->block) return;
  view->home->views_.erase(view->block->data());
  // Until the environment ends, this means that nobody has the memory any more.
  if (view->moved && view->home->sentinel_ == nullptr) abandon(std::move(view));
}

/// Keeps a block for ever: another thread may have its memory.
void PooledMemory::abandon(std::unique_ptr<View> view) noexcept {
  static std::mutex mutex;
  static View* all = nullptr;  // guarded by mutex; so that leak checkers see that they are kept on purpose
  const std::lock_guard lock(mutex);
  view->next_abandoned = all;
  all = view.release();
}

}  // namespace ntrt::binding
