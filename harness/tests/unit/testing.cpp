#include "harness/tests/unit/testing.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace gapmeter::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

std::string read_to_end(int fd) {
  std::string text;
  char chunk[4096];
  for (ssize_t got = 0; (got = read(fd, chunk, sizeof chunk)) != 0;) {
    if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) fail("read");
  }
  return text;
}

[[noreturn]] void report_and_exit(const std::function<std::string()>& body, int fd) {
  std::string report;
  try {
    report = body();
  } catch (const std::exception& error) {
    report = std::string("threw: ") + error.what();
  }
  const bool whole = write(fd, report.data(), report.size()) == static_cast<ssize_t>(report.size());
  _exit(whole ? 0 : 1);
}

void plain(std::span<const double> x, std::span<double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
}

std::vector<double> fast(std::span<const double> x) {
  std::vector<double> y;
  for (const double value : x) y.push_back(value + value);
  return y;
}

RoundRow row_of(const CellKey& cell, Pass pass, Measurement measurement) {
  return {.cell = cell,
          .pass = pass,
          .rounds_planned = 6,
          .measurement = std::move(measurement),
          .items_per_call = static_cast<double>(cell.n),
          .bytes_per_call = 4 * static_cast<double>(cell.n),
          .flops_per_call = static_cast<double>(cell.n),
          .working_set_bytes = static_cast<std::int64_t>(4 * cell.n + 4),
          .worker_s = 0.25};
}

}  // namespace

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "gapmeter-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) fail("mkdtemp");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string contents_of(const fs::path& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + " can't be read");
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string in_child(const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) fail("pipe");
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) report_and_exit(body, ends[1]);
  close(ends[1]);
  std::string report = read_to_end(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return "died: signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "died: status " + std::to_string(WEXITSTATUS(status));
  return report;
}

std::vector<int> children_of_this_process() {
  std::vector<int> children;
  for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
    std::ifstream file(thread.path() / "children");
    std::copy(std::istream_iterator<int>(file), {}, std::back_inserter(children));
  }
  return children;
}

Kernel twice_kernel(std::string name) {
  return {.name = std::move(name),
          .title = "y[i] = 2 x[i]",
          .sizes = "4:64:4x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("y", Tolerance{})},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 16 * count, .flops = count, .items = count};
              },
          .reference = "plain",
          .baseline = "loop",
          .native = {native<plain>("plain"), native<fast>("fast")}};
}

Catalog catalog_of(const std::vector<std::string>& names) {
  Catalog catalog;
  for (const std::string& name : names) {
    catalog.kernels.push_back(twice_kernel(name));
    catalog.python.modules.push_back(name);
    catalog.python.variants.push_back({name, "loop", {}, std::nullopt});
    catalog.python.variants.push_back({name, "numpy", {"numpy"}, std::nullopt});
  }
  return catalog;
}

Kernel& kernel_in(Catalog& catalog, std::string_view name) {
  const auto found = std::find_if(catalog.kernels.begin(), catalog.kernels.end(),
                                  [&](const Kernel& kernel) { return kernel.name == name; });
  if (found == catalog.kernels.end()) throw std::out_of_range("no such kernel");
  return *found;
}

PythonVariant& python_variant_in(Catalog& catalog, std::string_view kernel, std::string_view name) {
  auto& all = catalog.python.variants;
  const auto found = std::find_if(all.begin(), all.end(), [&](const PythonVariant& known) {
    return known.kernel == kernel && known.name == name;
  });
  if (found == all.end()) throw std::out_of_range("no such Python variant");
  return *found;
}

VariantId variant(std::string_view text) { return parse_variant(text).value(); }

CellKey cell(std::string_view variant_text, std::size_t n) {
  return {.kernel = "sum", .variant = variant(variant_text), .n = n};
}

RoundRow verified_row(const CellKey& cell, double max_error) {
  return row_of(cell, Pass::verify, {.input_digest = some_digest, .max_error = max_error});
}

RoundRow memory_row(const CellKey& cell, const MemoryUse& memory) {
  return row_of(cell, Pass::memory, {.input_digest = some_digest, .memory = memory});
}

RoundRow time_row(const CellKey& cell, int round, double latency_ns) {
  RoundRow row =
      row_of(cell, Pass::time, {.input_digest = some_digest, .timing = timing_of(latency_ns)});
  row.round = round;
  return row;
}

RoundRow failed_row(const CellKey& cell, Status status, std::string reason, Pass pass) {
  return row_of(cell, pass, {.status = status, .reason = std::move(reason)});
}

Timing timing_of(double latency_ns, std::int64_t calls_per_batch) {
  return {.batch = {.calls = calls_per_batch, .estimator = Estimator::p10},
          .batches = 50,
          .latency_ns = latency_ns,
          .min_ns = latency_ns,
          .p10_ns = latency_ns,
          .p50_ns = latency_ns,
          .mean_ns = latency_ns};
}

}  // namespace gapmeter::test
