// Files that are written whole or not at all. Every failure names the file, the call and the
// reason.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// what() is a sentence for the user: which path, what failed, what to do.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Appends to a file, each text whole or not at all: if the disk is full, the part that was written
// is removed again before the error is thrown. Only one AppendFile at a time can have the file
// open.
class AppendFile {
 public:
  // Creates the file; throws FileError when it exists.
  explicit AppendFile(const std::filesystem::path& path);
  // Continues at the end of the file, or creates it. Throws FileError if another process is
  // appending to it.
  static AppendFile at_end_of(const std::filesystem::path& path);
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  ~AppendFile();

  // Also throws if the file is no longer at its path, because text written to a deleted file is
  // lost.
  void append(std::string_view text);
  // Waits until everything is on disk.
  void settle() const;
  // Truncates the file to its first `kept` bytes.
  void cut(long long kept);
  long long size() const { return size_; }

 private:
  struct Opened {
    int fd;
  };
  AppendFile(std::filesystem::path path, Opened opened);

  std::filesystem::path path_;
  int fd_;
  long long size_ = 0;
};

// A file's bytes, mapped read-only instead of copied. Throws FileError.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view text() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

// Replaces a file's contents, all or nothing: writes a new file next to it, then renames that.
void write_file(const std::filesystem::path& path, std::string_view text);
// The whole of a file.
std::string read_file(const std::filesystem::path& path);
// The regular files directly in a directory, by name; none if it is not there.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& dir);
// A digest of the contents of these files, 16 hexadecimal digits: it changes if any file changes. A
// file that can't be read counts as empty.
std::string digest_of_files(const std::vector<std::filesystem::path>& paths);

// Throws FileError with the message "PATH: WHAT: " and the system's description of the errno value
// `error`.
[[noreturn]] void fail_on_file(const std::filesystem::path& path, std::string_view what, int error);

}  // namespace gapmeter
