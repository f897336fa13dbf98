// What several unit tests share: error messages, temporary directories, forked processes, and
// hand-made kernels, catalogs and rows with nothing wrong, from which a test departs in one place.
#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/kernel/kernel.h"
#include "harness/store/columns.h"
#include "harness/measure/catalog.h"
#include "harness/model/measurement.h"
#include "harness/model/description.h"
#include "harness/model/task.h"

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

std::string contents_of(const std::filesystem::path& path);

// What `body` returns in a forked process, for what a process can't take back: privileges, mounts,
// limits, signals. An exception is returned as "threw: …", a death as "died: …".
std::string in_child(const std::function<std::string()>& body);

// Process ids of this process's children, zombies included.
std::vector<int> children_of_this_process();

template <Element T>
Buffer buffer_of(std::initializer_list<T> values, Shape shape) {
  Buffer buffer(dtype_of<T>(), std::move(shape));
  std::copy(values.begin(), values.end(), buffer.as<T>().begin());
  return buffer;
}
template <Element T>
Buffer buffer_of(std::initializer_list<T> values) {
  return buffer_of<T>(values, {values.size()});
}

template <Element T>
std::vector<T> elements_of(const Buffer& buffer) {
  const std::span<const T> elements = buffer.as<T>();
  return {elements.begin(), elements.end()};
}

// y[i] = 2 x[i]: a correct kernel with the native variants `plain` (the reference) and `fast`, the
// baseline `loop` and the sizes 4, 16 and 64.
Kernel twice_kernel(std::string name = "twice");

// The kernels named, each like twice_kernel, with a module of the variants `loop` and `numpy`.
Catalog catalog_of(const std::vector<std::string>& names);
Kernel& kernel_in(Catalog& catalog, std::string_view name);
PythonVariant& python_variant_in(Catalog& catalog, std::string_view kernel, std::string_view name);

// lane/name; the text must be a variant.
VariantId variant(std::string_view text);

// Rows of one cell of the kernel `sum`, as the scheduler would record them.
inline constexpr const char* some_digest = "00000000000000aa";
CellKey cell(std::string_view variant, std::size_t n = 16);
RoundRow verified_row(const CellKey& cell, double max_error = 0);
RoundRow memory_row(const CellKey& cell, const MemoryUse& memory);
RoundRow time_row(const CellKey& cell, int round, double latency_ns);
RoundRow failed_row(const CellKey& cell, Status status, std::string reason,
                    Pass pass = Pass::verify);

// A timing whose every quantile is latency_ns.
Timing timing_of(double latency_ns, std::int64_t calls_per_batch = 100);

}  // namespace gapmeter::test
