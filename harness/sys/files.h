// Files that are whole or not there: every failure names the file, the call and the reason.
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

// Appends to a file, each text whole or not at all: where the disk is full, what fitted of it is
// taken back before the error is thrown. Nobody else can have the file open in this way meanwhile.
class AppendFile {
 public:
  // Creates the file; throws FileError when it exists.
  explicit AppendFile(const std::filesystem::path& path);
  // Goes on at the end of a file that may exist. Throws FileError when another process appends
  // to it.
  static AppendFile at_end_of(const std::filesystem::path& path);
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  ~AppendFile();

  // Throws also when the file is no longer where it was: what is written to a file that was deleted
  // is lost.
  void append(std::string_view text);
  // Waits until all of it is on the disk.
  void settle() const;
  // Drops what stands behind the first `kept` bytes.
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

// A file's bytes, read-only and without a copy of them. Throws FileError.
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

// Replaces a file's contents, all or nothing: written beside it, then renamed.
void write_file(const std::filesystem::path& path, std::string_view text);
// The whole of a file.
std::string read_file(const std::filesystem::path& path);
// 16 hexadecimal digits of all bytes of these files; says when one has changed. Those that can't be
// read count as empty.
std::string digest_of_files(const std::vector<std::filesystem::path>& paths);

// "PATH: WHAT: the reason that errno has".
[[noreturn]] void fail_on_file(const std::filesystem::path& path, std::string_view what, int error);

}  // namespace gapmeter
