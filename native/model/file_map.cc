#include "model/file_map.h"

#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "model/path_text.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace ntrt {
namespace {

[[noreturn]] void refuse_file(const char* reason, const std::filesystem::path& path, const std::string& what,
                              const std::string& system) {
  const std::string name = printable(path_to_utf8(path), 1000);
  throw Error(Code::kModelInvalid, what + ": " + name + (system.empty() ? "" : " (" + system + ")"),
              {{"reason", reason}, {"path", name}, {"system", system}});
}

[[noreturn]] void refuse_not_a_file(const std::filesystem::path& path) {
  refuse_file("not-a-file", path, "this is not a regular file", "");
}

[[noreturn]] void refuse_unreadable(const std::filesystem::path& path, int code) {
  refuse_file("unreadable", path, "the file cannot be read", std::system_category().message(code));
}

#ifdef _WIN32

struct Handle {
  HANDLE value;
  ~Handle() {
    if (value != nullptr && value != INVALID_HANDLE_VALUE) CloseHandle(value);
  }
};

std::pair<const std::byte*, size_t> map_file(const std::filesystem::path& path) {
  // Others may rename and delete the file meanwhile, as on POSIX. Without FILE_FLAG_BACKUP_SEMANTICS a directory does
  // not open.
  const Handle file{CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                                FILE_ATTRIBUTE_NORMAL, nullptr)};
  if (file.value == INVALID_HANDLE_VALUE) {
    const auto code = static_cast<int>(GetLastError());
    if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND || code == ERROR_INVALID_NAME) {
      refuse_file("not-found", path, "there is no such file", std::system_category().message(code));
    }
    const DWORD attributes = GetFileAttributesW(path.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) refuse_not_a_file(path);
    refuse_unreadable(path, code);
  }
  LARGE_INTEGER size;
  if (GetFileType(file.value) != FILE_TYPE_DISK) refuse_not_a_file(path);
  if (!GetFileSizeEx(file.value, &size)) refuse_unreadable(path, static_cast<int>(GetLastError()));
  if (size.QuadPart == 0) return {nullptr, 0};
  const Handle mapping{CreateFileMappingW(file.value, nullptr, PAGE_READONLY, 0, 0, nullptr)};
  if (mapping.value == nullptr) refuse_unreadable(path, static_cast<int>(GetLastError()));
  // The view keeps the mapping and the file alive.
  const void* data = MapViewOfFile(mapping.value, FILE_MAP_READ, 0, 0, 0);
  if (data == nullptr) refuse_unreadable(path, static_cast<int>(GetLastError()));
  return {static_cast<const std::byte*>(data), static_cast<size_t>(size.QuadPart)};
}

void unmap_file(const std::byte* data, size_t) noexcept { UnmapViewOfFile(data); }

#else

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

int open_retrying(const char* path) noexcept {
  int fd = -1;
  do {
    // O_NONBLOCK: a FIFO without a writer would hold the thread here.
    fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

std::pair<const std::byte*, size_t> map_file(const std::filesystem::path& path) {
  const Descriptor file{open_retrying(path.c_str())};
  if (file.value < 0) {
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG) {
      refuse_file("not-found", path, "there is no such file", std::system_category().message(code));
    }
    if (code == ENXIO || code == ENODEV) refuse_not_a_file(path);  // a socket, a device without a driver
    refuse_unreadable(path, code);
  }
  struct stat info{};
  if (::fstat(file.value, &info) != 0) refuse_unreadable(path, errno);
  if (!S_ISREG(info.st_mode)) refuse_not_a_file(path);
  const auto size = static_cast<size_t>(info.st_size);
  if (size == 0) return {nullptr, 0};
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (data == MAP_FAILED) refuse_unreadable(path, errno);
  return {static_cast<const std::byte*>(data), size};
}

void unmap_file(const std::byte* data, size_t size) noexcept { ::munmap(const_cast<std::byte*>(data), size); }

#endif

}  // namespace

FileMap FileMap::open(const std::filesystem::path& path) {
  // A NUL would end the name early and open another file.
  if (path.native().find(std::filesystem::path::value_type{}) != std::filesystem::path::string_type::npos) {
    refuse_file("not-found", path, "there is no such file", "the path contains a NUL");
  }
  const auto [data, size] = map_file(path);
  return FileMap(data, size);
}

FileMap::FileMap(FileMap&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

FileMap& FileMap::operator=(FileMap&& other) noexcept {
  if (this != &other) {
    unmap();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

FileMap::~FileMap() { unmap(); }

void FileMap::unmap() noexcept {
  if (data_ != nullptr) unmap_file(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

}  // namespace ntrt
