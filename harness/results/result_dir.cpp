#include "harness/results/result_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <system_error>
#include <vector>

#include "harness/kernel/random.h"
#include "harness/results/csv.h"
#include "harness/results/growth.h"
#include "harness/results/parallel.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

// No run.json is nearly as deep as this; copying a value that is very deep overflows the stack.
constexpr int deepest_facts = 100;

[[noreturn]] void fail(const fs::path& path, std::string_view what, int error) {
  throw ResultDirError(fmt::format("{}: {}: {}", path.string(), what, std::strerror(error)));
}

// A directory that came from elsewhere must not lead out of itself, hence no symbolic links.
constexpr int append_flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;

// A file's bytes without a copy of them.
class MappedFile {
 public:
  explicit MappedFile(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(path, "can't be read", errno);
    struct stat status {};
    int error = fstat(fd, &status) == 0 ? 0 : errno;
    if (S_ISDIR(status.st_mode)) error = EISDIR;
    size_ = static_cast<std::size_t>(status.st_size);
    if (error == 0 && size_ > 0) {
      data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
      if (data_ == MAP_FAILED) error = errno;
    }
    close(fd);
    if (error != 0) fail(path, "can't be read", error);
  }
  ~MappedFile() {
    if (size_ > 0) munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view text() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

std::vector<RoundRow> rows_of(CsvReader& reader) {
  std::vector<RoundRow> rows;
  rows.reserve(reader.lines_left());
  Fields fields;
  while (reader.next(fields)) {
    try {
      rows.push_back(parse_round(reader.header(), fields));
    } catch (const std::invalid_argument& invalid) {
      throw InvalidCsv(fmt::format("line {}: {}", reader.line(), invalid.what()));
    }
  }
  return rows;
}

// A long run has a hundred megabytes of histograms: every processor reads its part of them.
std::vector<RoundRow> rows_of(const fs::path& path, std::string_view text) {
  constexpr std::size_t worth_a_part = std::size_t{1} << 20;
  const std::size_t wanted = std::min(4 * processors(), 1 + text.size() / worth_a_part);
  try {
    std::vector<CsvReader> readers = CsvReader(text).split(wanted);
    std::vector<std::vector<RoundRow>> parts(readers.size());
    in_parallel(parts.size(), [&](std::size_t i) { parts[i] = rows_of(readers[i]); });
    std::vector<RoundRow> rows;
    rows.reserve(std::transform_reduce(parts.begin(), parts.end(), std::size_t{0}, std::plus(),
                                       [](const auto& part) { return part.size(); }));
    for (std::vector<RoundRow>& part : parts) {
      std::move(part.begin(), part.end(), std::back_inserter(rows));
    }
    return rows;
  } catch (const InvalidCsv& invalid) {
    throw ResultDirError(fmt::format("{}: {}", path.string(), invalid.what()));
  }
}

}  // namespace

nlohmann::json read_facts(const fs::path& dir) {
  std::error_code error;
  if (!fs::is_directory(dir, error)) {
    throw ResultDirError(fmt::format("{}: not a directory with a run's results", dir.string()));
  }
  const fs::path path = dir / "run.json";
  const auto refuse_depth = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    if (depth <= deepest_facts) return true;
    throw ResultDirError(fmt::format("{}: nested too deeply", path.string()));
  };
  auto run = nlohmann::json::parse(read_file(path), refuse_depth, false);
  if (!run.is_object() || !run.contains("schema_version") ||
      !run["schema_version"].is_number_integer()) {
    throw ResultDirError(fmt::format("{}: not a gapmeter run: no schema_version", path.string()));
  }
  if (const auto version = run["schema_version"].get<long long>(); version != schema_version) {
    throw ResultDirError(fmt::format("{}: schema version {}, but this build reads version {}",
                                     path.string(), version, schema_version));
  }
  return run;
}

RunContext read_context(const fs::path& dir) {
  try {
    return context_of(read_facts(dir));
  } catch (const std::invalid_argument& error) {
    throw ResultDirError(fmt::format("{}: {}", (dir / "run.json").string(), error.what()));
  }
}

AppendFile::AppendFile(const fs::path& path)
    : AppendFile(path, Opened{open(path.c_str(), append_flags | O_EXCL, 0666)}) {}

AppendFile AppendFile::at_end_of(const fs::path& path) {
  return {path, Opened{open(path.c_str(), append_flags, 0666)}};
}

AppendFile::AppendFile(fs::path path, Opened opened) : path_(std::move(path)), fd_(opened.fd) {
  if (fd_ < 0) fail(path_, "can't be created", errno);
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) {
    struct stat status {};
    size_ = fstat(fd_, &status) == 0 ? status.st_size : 0;
    return;
  }
  close(fd_);
  throw ResultDirError(fmt::format("{}: another run is writing it", path_.string()));
}

AppendFile::~AppendFile() { close(fd_); }

void AppendFile::append(std::string_view text) {
  const long long whole = size_ + static_cast<long long>(text.size());
  while (!text.empty()) {
    const ssize_t put = write(fd_, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      // If this fails too there is nothing better left to do than to tell of the first error.
      [[maybe_unused]] const int truncated = ftruncate(fd_, size_);
      fail(path_, "can't be written", error);
    }
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  size_ = whole;
  struct stat written {
  }, found{};
  const bool is_there = stat(path_.c_str(), &found) == 0 && fstat(fd_, &written) == 0 &&
                        found.st_dev == written.st_dev && found.st_ino == written.st_ino;
  if (!is_there) {
    throw ResultDirError(
        fmt::format("{}: was moved or deleted while it was being written", path_.string()));
  }
}

void AppendFile::settle() const {
  if (fsync(fd_) != 0 && errno != EINVAL) fail(path_, "can't be written", errno);
}

void AppendFile::cut(long long kept) {
  if (ftruncate(fd_, kept) != 0) fail(path_, "can't be cut to its whole lines", errno);
  size_ = kept;
}

void create_result_dir(const fs::path& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) fail(dir, "the output directory can't be made", error.value());
  const bool empty = fs::is_empty(dir, error);
  if (error) fail(dir, "the output directory can't be read", error.value());
  if (!empty) {
    throw ResultDirError(
        fmt::format("{}: the output directory exists and is not empty; name another one with --out",
                    dir.string()));
  }
  if (access(dir.c_str(), W_OK | X_OK) != 0) {
    fail(dir, "the output directory can't be written into", errno);
  }
}

void write_file(const fs::path& path, std::string_view text) {
  const fs::path temporary = path.string() + ".part";
  std::error_code ignored;
  fs::remove(temporary, ignored);
  try {
    AppendFile file(temporary);
    file.append(text);
    file.settle();  // or after a loss of power the file could be empty under its name
  } catch (const ResultDirError&) {
    fs::remove(temporary, ignored);
    throw;
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) {
    fs::remove(temporary, ignored);
    fail(path, "can't be replaced", error.value());
  }
}

std::string read_file(const fs::path& path) { return std::string(MappedFile(path).text()); }

std::string digest_of_files(const std::vector<fs::path>& paths) {
  std::string digests;
  for (const fs::path& path : paths) {
    std::error_code error;
    const bool is_there = fs::is_regular_file(path, error) && access(path.c_str(), R_OK) == 0;
    digests += fmt::format("{:016x}", is_there ? key_of(MappedFile(path).text()) : 0);
  }
  return fmt::format("{:016x}", key_of(digests));
}

std::vector<RoundRow> read_rounds(const fs::path& dir) {
  read_facts(dir);
  const fs::path path = dir / "rounds.csv";
  const MappedFile file(path);
  return rows_of(path, file.text());
}

RowsSoFar read_rows_so_far(const fs::path& dir) {
  const fs::path path = dir / "rounds.csv";
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  const MappedFile file(path);
  // npos + 1 is 0: not one whole line.
  const std::string_view text = file.text().substr(0, file.text().rfind('\n') + 1);
  if (text.empty()) return {};
  return {.rows = rows_of(path, text), .bytes = static_cast<long long>(text.size())};
}

void write_summary(const fs::path& dir, const std::vector<SummaryRow>& rows,
                   const RunContext& context) {
  // Of each file: its name, its columns and the lines of one cell.
  struct Table {
    const char* name;
    const Fields& columns;
    std::vector<Fields> (*lines)(const SummaryRow&);
  };
  const auto line_of = [](const SummaryRow& row) { return std::vector<Fields>{to_fields(row)}; };
  for (const auto& [name, columns, lines] :
       {Table{"summary.csv", summary_columns(), line_of},
        Table{"latency.csv", latency_columns(), to_latency_fields},
        Table{"metrics.csv", metric_columns(), to_metric_fields}}) {
    std::vector<std::string> texts(rows.size());
    in_parallel(rows.size(), [&, lines = lines](std::size_t i) {
      for (const Fields& line : lines(rows[i])) texts[i] += to_csv_line(line);
    });
    std::string text = to_csv_line(columns);
    for (const std::string& part : texts) text += part;
    write_file(dir / name, text);
  }
  std::string growth = to_csv_line(growth_columns());
  for (const GrowthRow& row : growth_of(rows, context)) growth += to_csv_line(to_fields(row));
  write_file(dir / "growth.csv", growth);
}

}  // namespace gapmeter
