// Seeded bug: two locks taken in both orders, which is a deadlock on another day.
#include <mutex>

int main() {
  std::mutex first;
  std::mutex second;
  {
    const std::lock_guard outer(first);
    const std::lock_guard inner(second);
  }
  const std::lock_guard outer(second);
  const std::lock_guard inner(first);
  return 0;
}
