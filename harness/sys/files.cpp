#include "harness/sys/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "harness/base/hash.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

// A directory from elsewhere must not lead out of itself, hence no symbolic links.
constexpr int append_flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;

}  // namespace

void fail_on_file(const fs::path& path, std::string_view what, int error) {
  throw FileError(fmt::format("{}: {}: {}", path.string(), what, std::strerror(error)));
}

MappedFile::MappedFile(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail_on_file(path, "can't be read", errno);
  struct stat status {};
  int error = fstat(fd, &status) == 0 ? 0 : errno;
  if (S_ISDIR(status.st_mode)) error = EISDIR;
  size_ = static_cast<std::size_t>(status.st_size);
  if (error == 0 && size_ > 0) {
    data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (data_ == MAP_FAILED) error = errno;
  }
  close(fd);
  if (error != 0) fail_on_file(path, "can't be read", error);
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(data_, size_);
}

AppendFile::AppendFile(const fs::path& path)
    : AppendFile(path, Opened{open(path.c_str(), append_flags | O_EXCL, 0666)}) {}

AppendFile AppendFile::at_end_of(const fs::path& path) {
  return {path, Opened{open(path.c_str(), append_flags, 0666)}};
}

AppendFile::AppendFile(fs::path path, Opened opened) : path_(std::move(path)), fd_(opened.fd) {
  if (fd_ < 0) fail_on_file(path_, "can't be created", errno);
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) {
    struct stat status {};
    size_ = fstat(fd_, &status) == 0 ? status.st_size : 0;
    return;
  }
  close(fd_);
  throw FileError(fmt::format("{}: another run is writing it", path_.string()));
}

AppendFile::~AppendFile() { close(fd_); }

void AppendFile::append(std::string_view text) {
  const long long whole = size_ + static_cast<long long>(text.size());
  while (!text.empty()) {
    const ssize_t put = write(fd_, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      // If this fails too, the best that is left is to report the first error.
      [[maybe_unused]] const int truncated = ftruncate(fd_, size_);
      fail_on_file(path_, "can't be written", error);
    }
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  size_ = whole;
  struct stat written {
  }, found{};
  const bool is_there = stat(path_.c_str(), &found) == 0 && fstat(fd_, &written) == 0 &&
                        found.st_dev == written.st_dev && found.st_ino == written.st_ino;
  if (!is_there) {
    throw FileError(
        fmt::format("{}: was moved or deleted while it was being written", path_.string()));
  }
}

void AppendFile::settle() const {
  if (fsync(fd_) != 0 && errno != EINVAL) fail_on_file(path_, "can't be written", errno);
}

void AppendFile::cut(long long kept) {
  if (ftruncate(fd_, kept) != 0) fail_on_file(path_, "can't be cut to its whole lines", errno);
  size_ = kept;
}

void write_file(const fs::path& path, std::string_view text) {
  const fs::path temporary = path.string() + ".part";
  std::error_code ignored;
  fs::remove(temporary, ignored);
  try {
    AppendFile file(temporary);
    file.append(text);
    file.settle();  // otherwise, after a power failure, the file could be empty under its name
  } catch (const FileError&) {
    fs::remove(temporary, ignored);
    throw;
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) {
    fs::remove(temporary, ignored);
    fail_on_file(path, "can't be replaced", error.value());
  }
}

std::string read_file(const fs::path& path) { return std::string(MappedFile(path).text()); }

std::vector<fs::path> files_in(const fs::path& dir) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(dir, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string digest_of_files(const std::vector<fs::path>& paths) {
  std::string digests;
  for (const fs::path& path : paths) {
    std::error_code error;
    const bool is_there = fs::is_regular_file(path, error) && access(path.c_str(), R_OK) == 0;
    digests += hex_of(is_there ? hash_of(MappedFile(path).text()) : 0);
  }
  return hex_of(hash_of(digests));
}

}  // namespace gapmeter
