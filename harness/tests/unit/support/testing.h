// What tests of every room share: error messages, temporary directories, forked processes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GAPMETER_TEST_OWN_ALLOCATOR 1  // the sanitizer's, which refuses and retains differently
#else
#define GAPMETER_TEST_OWN_ALLOCATOR 0
#endif

namespace gapmeter::test {

// The message of the exception that `call` must throw. None, or one of another type, is a failure.
template <class Expected, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Expected& expected) {
    return expected.what();
  } catch (const std::exception& other) {
    ADD_FAILURE() << "an exception of another type was thrown: " << other.what();
    return "";
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

// A new directory, removed with everything in it.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;

// What stands between blanks.
std::vector<std::string> words_of(const std::string& line);

std::string contents_of(const std::filesystem::path& path);

// What `body` returns in a forked process, for what a process can't take back: privileges, mounts,
// limits, signals. An exception is returned as "threw: …", a death as "died: …".
std::string in_child(const std::function<std::string()>& body);

// Process ids of this process's children, zombies included.
std::vector<int> children_of_this_process();

}  // namespace gapmeter::test
