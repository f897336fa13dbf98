// A run's directory on disk. Every failure of the file system names the file, the call and the
// reason.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/results/context.h"
#include "harness/results/records.h"

namespace gapmeter {

// what() is a sentence for the user: which path, what failed, what to do.
class ResultDirError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Appends to a file, each text whole or not at all: where the disk is full, what fitted of it is
// taken back before the error is thrown. Nobody else can have the file open in this way meanwhile.
class AppendFile {
 public:
  // Creates the file; throws ResultDirError when it exists.
  explicit AppendFile(const std::filesystem::path& path);
  // Goes on at the end of a file that may exist. Throws ResultDirError when another process appends
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

// Makes the directory of a new run. Throws ResultDirError when it exists and is not empty, or can't
// be made or written into.
void create_result_dir(const std::filesystem::path& dir);

// Replaces a file's contents, all or nothing: written beside it, then renamed.
void write_file(const std::filesystem::path& path, std::string_view text);
// The whole of a file.
std::string read_file(const std::filesystem::path& path);
// 16 hexadecimal digits of all bytes of these files; says when one has changed. Those that can't be
// read count as empty.
std::string digest_of_files(const std::vector<std::filesystem::path>& paths);

// The contents of run.json. Throws ResultDirError unless the directory is a run's, of this schema
// version.
nlohmann::json read_facts(const std::filesystem::path& dir);

// What statistics need of run.json; throws as read_facts does, and for values of the wrong type.
RunContext read_context(const std::filesystem::path& dir);

// Checks run.json as read_facts does, then reads rounds.csv. Throws
// ResultDirError naming the file and line.
std::vector<RoundRow> read_rounds(const std::filesystem::path& dir);

// The rows of a run that was cut short, and how many bytes of rounds.csv they and the header are: a
// last line without its end is none. Nothing where the file was not even begun. Throws as
// read_rounds does.
struct RowsSoFar {
  std::vector<RoundRow> rows{};
  long long bytes = 0;
};
RowsSoFar read_rows_so_far(const std::filesystem::path& dir);

// Writes what is computed from the rows: summary.csv, latency.csv, metrics.csv and growth.csv.
void write_summary(const std::filesystem::path& dir, const std::vector<SummaryRow>& rows,
                   const RunContext& context);

}  // namespace gapmeter
