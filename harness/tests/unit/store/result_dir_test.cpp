// A run's directory: what is made, what is refused, and what stays on disk when the disk is full.
#include "harness/store/result_dir.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "harness/base/csv.h"
#include "harness/analysis/growth.h"
#include "harness/store/columns.h"
#include "harness/store/growth_columns.h"
#include "harness/store/run_json.h"
#include "harness/sys/files.h"
#include "harness/tests/unit/support/csv_table.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;
using test::contents_of;
using test::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

template <class Call>
std::string error_of(const Call& call) {
  return test::message_of<FileError>(call);
}

// Calls as a user who may write nowhere. Root may write everywhere, whatever the permissions say.
std::string as_nobody(const std::function<void()>& call) {
  return test::in_child([&]() -> std::string {
    if (geteuid() == 0) {
      constexpr id_t nobody = 65534;
      if (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)
        return "no setuid";
    }
    call();
    return "no error";
  });
}

TEST(CreateResultDir, MakesItWithItsParents) {
  const TempDir dir;
  EXPECT_TRUE(create_result_dir(dir / "a/b/c"));
  EXPECT_TRUE(fs::is_directory(dir / "a/b/c"));
}

TEST(CreateResultDir, AcceptsAnEmptyOne) {
  const TempDir dir;
  EXPECT_FALSE(create_result_dir(dir.path())) << "it was there";
  fs::create_directory(dir / "x");
  EXPECT_NO_THROW(create_result_dir(dir / "x/"));
}

TEST(CreateResultDir, RefusesOneThatIsNotEmptyAndSaysWhatToDo) {
  const TempDir dir;
  write(dir / "rounds.csv", "precious");
  EXPECT_THAT(error_of([&] { create_result_dir(dir.path()); }),
              AllOf(HasSubstr(dir.path().string()), HasSubstr("not empty"), HasSubstr("--out")));
  EXPECT_EQ(contents_of(dir / "rounds.csv"), "precious");
}

TEST(CreateResultDir, RefusesAFile) {
  const TempDir dir;
  write(dir / "file", "");
  EXPECT_THAT(error_of([&] { create_result_dir(dir / "file"); }),
              HasSubstr((dir / "file").string()));
  EXPECT_THAT(error_of([&] { create_result_dir(dir / "file/below"); }),
              HasSubstr("Not a directory"));
}

TEST(CreateResultDir, RefusesAParentThatMayNotBeWritten) {
  const TempDir dir;
  fs::permissions(dir.path(), fs::perms::owner_read | fs::perms::owner_exec |
                                  fs::perms::others_read | fs::perms::others_exec);
  EXPECT_THAT(as_nobody([&] { create_result_dir(dir / "new"); }),
              AllOf(StartsWith("threw: " + (dir / "new").string()), HasSubstr("can't be made"),
                    HasSubstr("Permission denied")));
}

TEST(CreateResultDir, RefusesAnEmptyOneThatMayNotBeWritten) {
  const TempDir dir;
  fs::permissions(dir.path(), fs::perms::owner_read | fs::perms::owner_exec |
                                  fs::perms::others_read | fs::perms::others_exec);
  EXPECT_THAT(as_nobody([&] { create_result_dir(dir.path()); }),
              AllOf(StartsWith("threw: " + dir.path().string()), HasSubstr("can't be written into"),
                    HasSubstr("Permission denied")));
}

class ReadRounds : public ::testing::Test {
 protected:
  static std::string text_of(const std::vector<RoundRow>& rows) {
    std::string text = to_csv_line(round_columns());
    for (const RoundRow& row : rows) text += to_csv_line(to_fields(row));
    return text;
  }
  void write_run(const std::string& rounds,
                 const std::string& run = "{\"schema_version\": 3}") const {
    write(dir_ / "run.json", run);
    write(dir_ / "rounds.csv", rounds);
  }
  std::string error() const {
    return error_of([&] { read_rounds(dir_.path()); });
  }

  const std::vector<RoundRow> rows_{test::verified_row(test::cell("native/simd")),
                                    test::time_row(test::cell("native/simd"), 0, 12.5)};
  TempDir dir_;
};

TEST_F(ReadRounds, ReturnsTheRowsInTheirOrder) {
  write_run(text_of(rows_));
  const std::vector<RoundRow> rows = read_rounds(dir_.path());
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(to_fields(rows[0]), to_fields(rows_[0]));
  EXPECT_EQ(to_fields(rows[1]), to_fields(rows_[1]));
}

TEST_F(ReadRounds, OfAHeaderAloneIsNothing) {
  write_run(text_of({}));
  EXPECT_THAT(read_rounds(dir_.path()), IsEmpty());
}

TEST_F(ReadRounds, NamesADirectoryThatIsNone) {
  EXPECT_THAT(error_of([&] { read_rounds(dir_ / "none"); }),
              AllOf(HasSubstr((dir_ / "none").string()), HasSubstr("not a directory")));
}

TEST_F(ReadRounds, NeedsARunJson) {
  write(dir_ / "rounds.csv", text_of(rows_));
  EXPECT_THAT(error(), AllOf(HasSubstr("run.json"), HasSubstr("No such file")));
}

TEST_F(ReadRounds, NeedsARoundsCsv) {
  write(dir_ / "run.json", "{\"schema_version\": 3}");
  EXPECT_THAT(error(), AllOf(HasSubstr("rounds.csv"), HasSubstr("No such file")));
}

TEST_F(ReadRounds, RefusesARunJsonThatIsNone) {
  for (const char* run : {"", "{", "[]", "7", "{}", "{\"schema_version\": \"1\"}",
                          "{\"schema_version\": 1.5}", "{\"schema_version\": null}"}) {
    write_run(text_of(rows_), run);
    EXPECT_THAT(error(), AllOf(HasSubstr("run.json"), HasSubstr("not a gapmeter run"))) << run;
  }
}

TEST_F(ReadRounds, RefusesADeepRunJsonWithoutOverflow) {
  const std::string open(200'000, '['), close(200'000, ']');
  write_run(text_of(rows_), "{\"schema_version\": 3, \"machine\": " + open + close + "}");
  EXPECT_THAT(error(), AllOf(HasSubstr("run.json"), HasSubstr("nested too deeply")));
}

TEST_F(ReadRounds, RefusesAnotherSchemaVersion) {
  write_run(text_of(rows_), "{\"schema_version\": 4}");
  EXPECT_THAT(error(), HasSubstr("schema version 4, but this build reads versions 2 to 3"));
  write_run(text_of(rows_), "{\"schema_version\": 1}");
  EXPECT_THAT(error(), HasSubstr("schema version 1"));
}

// It would count as more data.
TEST_F(ReadRounds, RefusesARowThatStandsTwice) {
  std::vector<RoundRow> rows = rows_;
  rows.push_back(rows_[1]);
  write_run(text_of(rows));
  EXPECT_THAT(error(),
              AllOf(HasSubstr("rounds.csv: line "), HasSubstr("stands in line 3 already")));
}

TEST_F(ReadRounds, NamesFileAndLineOfABadValue) {
  std::vector<RoundRow> rows = rows_;
  rows.push_back(rows_[1]);
  std::string text = text_of(rows);
  text.replace(text.rfind("12.5"), 4, "fast");
  write_run(text);
  EXPECT_THAT(error(), AllOf(HasSubstr((dir_ / "rounds.csv").string()), HasSubstr("line 4"),
                             HasSubstr("'fast' can't be a batch_mean_ns")));
}

TEST_F(ReadRounds, NamesFileAndLineOfATornRow) {
  const std::string text = text_of(rows_);
  write_run(text.substr(0, text.size() - 5));
  EXPECT_THAT(error(), AllOf(HasSubstr("rounds.csv"), HasSubstr("line 3"), HasSubstr("cut off")));
}

TEST_F(ReadRounds, NamesFileAndLineOfAMissingField) {
  write_run(text_of(rows_) + "sum,native/simd\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("rounds.csv"), HasSubstr("line 4"), HasSubstr("2 fields")));
}

TEST_F(ReadRounds, NamesAMissingColumn) {
  std::string text = text_of(rows_);
  text.replace(text.find("batch_p50_ns"), 12, "batch_p50_us");
  write_run(text);
  EXPECT_THAT(error(), AllOf(HasSubstr("rounds.csv"), HasSubstr("'batch_p50_ns'")));
}

TEST_F(ReadRounds, RefusesAnEmptyFile) {
  write_run("");
  EXPECT_THAT(error(), AllOf(HasSubstr("rounds.csv"), HasSubstr("empty")));
}

TEST_F(ReadRounds, SoFarLeavesATornLastLineOut) {
  const std::string line = to_csv_line(to_fields(test::time_row(test::cell("native/a"), 0, 10)));
  const std::string whole = to_csv_line(round_columns()) + line;
  for (const std::string& torn :
       {std::string(), line.substr(0, 1), line.substr(0, line.size() - 1)}) {
    write(dir_ / "rounds.csv", whole + torn);
    const RowsSoFar so_far = read_rows_so_far(dir_.path());
    EXPECT_EQ(so_far.rows.size(), 1U) << torn;
    EXPECT_EQ(so_far.bytes, static_cast<long long>(whole.size())) << torn;
  }
}

TEST_F(ReadRounds, SoFarIsNothingBeforeTheHeaderIsWhole) {
  const std::string header = to_csv_line(round_columns());
  for (const std::string& torn : {std::string(), header.substr(0, header.size() - 1)}) {
    write(dir_ / "rounds.csv", torn);
    EXPECT_EQ(read_rows_so_far(dir_.path()).bytes, 0);
  }
  std::filesystem::remove(dir_ / "rounds.csv");
  EXPECT_EQ(read_rows_so_far(dir_.path()).bytes, 0);
}

TEST(ReadContext, ReturnsWhatRunJsonSays) {
  const TempDir dir;
  write(dir / "run.json", R"({"schema_version": 3, "kernels": {"sum": {"baseline": "python/loop"}},
                              "machine": {"caches": [{"level": 2, "size_bytes": 4096}]}})");
  const RunContext context = read_context(dir.path());
  EXPECT_EQ(to_string(context.baselines.at("sum")), "python/loop");
  EXPECT_EQ(context.cache_bytes.at(2), 4096);
}

TEST(ReadContext, NamesTheFileAndTheKeyThatIsWrong) {
  const TempDir dir;
  write(dir / "run.json", R"({"schema_version": 3, "kernels": 7})");
  EXPECT_THAT(error_of([&] { read_context(dir.path()); }),
              AllOf(HasSubstr((dir / "run.json").string()), HasSubstr("'kernels'")));
  write(dir / "run.json", R"({"schema_version": 3, "machine": {"caches": [{"level": "1"}]}})");
  EXPECT_THAT(error_of([&] { read_context(dir.path()); }),
              AllOf(HasSubstr((dir / "run.json").string()), HasSubstr("machine.caches")));
}

TEST(ReadContext, RefusesWhatIsNoRun) {
  const TempDir dir;
  EXPECT_THAT(error_of([&] { read_context(dir / "none"); }), HasSubstr("not a directory"));
  EXPECT_THAT(error_of([&] { read_context(dir.path()); }), HasSubstr("run.json"));
  write(dir / "run.json", R"({"schema_version": 4})");
  EXPECT_THAT(error_of([&] { read_context(dir.path()); }), HasSubstr("schema version 4"));
}

TEST(WriteSummary, WritesAHeaderAndALineForEachCell) {
  const TempDir dir;
  const SummaryRow row{.cell = test::cell("native/simd"), .reason = "a, \"b\""};
  write_summary(dir.path(), {row, row}, {});
  const test::CsvTable table = test::parse_csv(contents_of(dir / "summary.csv"));
  EXPECT_EQ(table.header, summary_columns());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0], to_fields(row));
}

TEST(WriteSummary, WritesTheQuantilesOfEveryCellThatHasSome) {
  const TempDir dir;
  SummaryRow row{.cell = test::cell("native/simd")}, other{.cell = test::cell("python/loop")};
  row.combined.single_calls.emplace().calls.add(1200, 20);
  other.combined.single_calls.emplace().calls.add(1500, 40);
  write_summary(dir.path(), {row, {.cell = test::cell("native/other")}, other}, {});
  const test::CsvTable table = test::parse_csv(contents_of(dir / "latency.csv"));
  EXPECT_EQ(table.header, latency_columns());
  std::vector<Fields> expected = to_latency_fields(row);
  for (const Fields& line : to_latency_fields(other)) expected.push_back(line);
  EXPECT_THAT(expected, SizeIs(1 + 3));
  EXPECT_EQ(table.rows, expected);
}

TEST(WriteSummary, WritesHowTimesGrowInTheCachesOfTheContext) {
  const TempDir dir;
  std::vector<SummaryRow> rows;
  for (const std::size_t n : {std::size_t{16}, std::size_t{64}}) {
    SummaryRow row{.cell = test::cell("native/simd", n), .latency_ns = static_cast<double>(n)};
    row.working_set_bytes = 1000;
    for (int round = 0; round < 6; ++round) {
      row.round_latencies_ns.push_back({round, static_cast<double>(n)});
    }
    rows.push_back(row);
  }
  const RunContext context{.cache_bytes = {{1, 500}, {2, 5000}}};
  write_summary(dir.path(), rows, context);
  const test::CsvTable table = test::parse_csv(contents_of(dir / "growth.csv"));
  EXPECT_EQ(table.header, growth_columns());
  const std::vector<GrowthRow> expected = growth_of(rows, context);
  ASSERT_THAT(expected, SizeIs(2));
  EXPECT_EQ(expected[1].regime, "L2");
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0], to_fields(expected[0]));
  EXPECT_EQ(table.rows[1], to_fields(expected[1]));
}

TEST(WriteSummary, ReplacesAnEarlierOne) {
  const TempDir dir;
  for (const char* name : {"summary.csv", "latency.csv", "metrics.csv", "growth.csv"}) {
    write(dir / name, "old");
  }
  write_summary(dir.path(), {}, {});
  EXPECT_EQ(contents_of(dir / "summary.csv"), to_csv_line(summary_columns()));
  EXPECT_EQ(contents_of(dir / "latency.csv"), to_csv_line(latency_columns()));
  EXPECT_EQ(contents_of(dir / "metrics.csv"), to_csv_line(metric_columns()));
  EXPECT_EQ(contents_of(dir / "growth.csv"), to_csv_line(growth_columns()));
}

}  // namespace
}  // namespace gapmeter
