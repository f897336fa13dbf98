// Files that are whole or not there: what fits is kept, what fails is named, nobody is led astray.
#include "harness/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>
#include <fstream>

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

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir)) names.push_back(entry.path().filename());
  return names;
}

TEST(AppendFileTest, WritesEachTextAtOnce) {
  const TempDir dir;
  AppendFile file(dir / "log");
  file.append("one\n");
  EXPECT_EQ(contents_of(dir / "log"), "one\n");
  file.append("");
  file.append("two\n");
  EXPECT_EQ(contents_of(dir / "log"), "one\ntwo\n");
}

TEST(AppendFileTest, RefusesAFileThatExists) {
  const TempDir dir;
  write(dir / "log", "precious");
  EXPECT_THAT(error_of([&] { AppendFile file(dir / "log"); }),
              AllOf(HasSubstr((dir / "log").string()), HasSubstr("File exists")));
  EXPECT_EQ(contents_of(dir / "log"), "precious");
}

TEST(AppendFileTest, GoesOnAfterWhatIsKept) {
  const TempDir dir;
  write(dir / "log", "whole\ntorn");
  {
    AppendFile file = AppendFile::at_end_of(dir / "log");
    file.cut(6);
    file.append("next\n");
  }
  EXPECT_EQ(contents_of(dir / "log"), "whole\nnext\n");
}

TEST(AppendFileTest, SaysSoWhenItsDirectoryIsDeletedOrMoved) {
  const TempDir dir;
  for (const char* name : {"deleted", "moved"}) {
    fs::create_directory(dir / name);
    AppendFile file(dir / name / "log");
    file.append("one\n");
    if (name == std::string("deleted")) {
      fs::remove_all(dir / name);
    } else {
      fs::rename(dir / name, dir / "elsewhere");
    }
    EXPECT_THAT(error_of([&] { file.append("two\n"); }),
                AllOf(HasSubstr((dir / name / "log").string()), HasSubstr("moved or deleted")));
  }
  EXPECT_EQ(contents_of(dir / "elsewhere/log"), "one\ntwo\n");
}

TEST(AppendFileTest, IsNotLedOutOfTheDirectoryByALink) {
  const TempDir dir;
  write(dir / "precious", "precious");
  fs::create_symlink(dir / "precious", dir / "log");
  EXPECT_THAT(error_of([&] { AppendFile::at_end_of(dir / "log"); }),
              HasSubstr((dir / "log").string()));
  EXPECT_EQ(contents_of(dir / "precious"), "precious");
}

TEST(DigestOfFiles, ChangesWithAnyOfThem) {
  const TempDir dir;
  write(dir / "a", "one");
  write(dir / "b", "two");
  const auto digest = [&] { return digest_of_files({dir / "a", dir / "b"}); };
  const std::string before = digest();
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(digest(), before);
  write(dir / "b", "twp");
  EXPECT_NE(digest(), before);
  write(dir / "b", "two");
  EXPECT_EQ(digest(), before);
  fs::remove(dir / "a");
  EXPECT_NE(digest(), before);
}

TEST(DigestOfFiles, TellsTheirOrder) {
  const TempDir dir;
  write(dir / "a", "one");
  write(dir / "b", "two");
  EXPECT_NE(digest_of_files({dir / "a", dir / "b"}), digest_of_files({dir / "b", dir / "a"}));
}

TEST(FilesIn, AreThoseDirectlyInADirectoryByName) {
  const TempDir dir;
  write(dir / "b", "");
  write(dir / "a", "");
  fs::create_directory(dir / "sub");
  write(dir / "sub/c", "");
  EXPECT_THAT(files_in(dir.path()), testing::ElementsAre(dir / "a", dir / "b"));
  EXPECT_THAT(files_in(dir / "nowhere"), testing::IsEmpty());
}

TEST(AppendFileTest, RefusesAFileThatIsBeingWritten) {
  const TempDir dir;
  const AppendFile first(dir / "log");
  EXPECT_THAT(error_of([&] { AppendFile::at_end_of(dir / "log"); }),
              AllOf(HasSubstr((dir / "log").string()), HasSubstr("another run is writing it")));
}

TEST(AppendFileTest, NamesADirectoryThatIsNotThere) {
  const TempDir dir;
  EXPECT_THAT(error_of([&] { AppendFile file(dir / "no/log"); }),
              AllOf(HasSubstr((dir / "no/log").string()), HasSubstr("No such file")));
}

// Appends lines of a thousand bytes until it fails, once more, and reports what is on disk then.
std::string fill_up(const fs::path& path) {
  AppendFile file(path);
  std::string line(1000, 'x'), error;
  line.back() = '\n';
  for (int i = 0; i < 1000 && error.empty(); ++i) {
    try {
      file.append(line);
    } catch (const FileError& full) {
      error = full.what();
    }
  }
  const std::string after_error = contents_of(path);
  file.append("y\n");  // a short line may still fit
  const std::string text = contents_of(path);
  const bool whole = !after_error.empty() && after_error.size() % 1000 == 0;
  return std::string(whole ? "whole lines" : "torn line") +
         (text == after_error + "y\n" ? ", then more: " : ", then damage: ") + error;
}

TEST(AppendFileTest, KeepsWholeLinesWhenAFileMayNotGrow) {
  const TempDir dir;
  const std::string report = test::in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10'500, 10'500};
    setrlimit(RLIMIT_FSIZE, &limit);
    return fill_up(dir / "rounds.csv");
  });
  EXPECT_THAT(report, AllOf(StartsWith("whole lines, then more: "),
                            HasSubstr((dir / "rounds.csv").string()), HasSubstr("File too large")));
}

TEST(AppendFileTest, KeepsWholeLinesWhenTheDiskIsFull) {
  const TempDir dir;
  const std::string report = test::in_child([&]() -> std::string {
    // In a mount namespace of its own, so that nobody else sees the mount and it ends by itself.
    if (unshare(CLONE_NEWNS) != 0) return "no mount";
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "no mount";
    if (mount("tmpfs", dir.path().c_str(), "tmpfs", 0, "size=64k") != 0) return "no mount";
    return fill_up(dir / "rounds.csv");
  });
  if (report == "no mount") GTEST_SKIP() << "a small disk can't be mounted here";
  EXPECT_THAT(report,
              AllOf(StartsWith("whole lines, then more: "), HasSubstr("No space left on device")));
}

TEST(WriteFile, MakesAndReplacesAFile) {
  const TempDir dir;
  write_file(dir / "run.json", "one");
  EXPECT_EQ(contents_of(dir / "run.json"), "one");
  write_file(dir / "run.json", "two, longer");
  EXPECT_EQ(contents_of(dir / "run.json"), "two, longer");
  EXPECT_THAT(names_in(dir.path()), SizeIs(1));
}

TEST(WriteFile, IsNotHinderedByWhatAnInterruptedOneLeft) {
  const TempDir dir;
  write(dir / "run.json.part", "half of it");
  write_file(dir / "run.json", "whole");
  EXPECT_EQ(contents_of(dir / "run.json"), "whole");
}

TEST(WriteFile, KeepsTheOldFileWhenTheNewOneDoesNotFit) {
  const TempDir dir;
  write_file(dir / "run.json", "old");
  const std::string report = test::in_child([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    write_file(dir / "run.json", std::string(5000, 'x'));
    return "no error";
  });
  EXPECT_THAT(report,
              AllOf(StartsWith("threw: "), HasSubstr("run.json"), HasSubstr("File too large")));
  EXPECT_EQ(contents_of(dir / "run.json"), "old");
  EXPECT_THAT(names_in(dir.path()), ::testing::ElementsAre("run.json"));
}

TEST(WriteFile, NamesADirectoryThatIsNotThere) {
  const TempDir dir;
  EXPECT_THAT(error_of([&] { write_file(dir / "no/run.json", ""); }), HasSubstr("no/run.json"));
}

TEST(WriteFile, LeavesNothingBesideWhatCannotBeReplaced) {
  const TempDir dir;
  fs::create_directory(dir / "run.json");
  EXPECT_THAT(error_of([&] { write_file(dir / "run.json", "text"); }), HasSubstr("run.json"));
  EXPECT_THAT(names_in(dir.path()), ::testing::ElementsAre("run.json"));
}

TEST(ReadFile, ReturnsEveryByte) {
  const TempDir dir;
  const std::string bytes("a\0b\r\n\xff", 6);
  write(dir / "x", bytes);
  EXPECT_EQ(read_file(dir / "x"), bytes);
  write(dir / "empty", "");
  EXPECT_EQ(read_file(dir / "empty"), "");
}

TEST(ReadFile, NamesWhatCannotBeRead) {
  const TempDir dir;
  EXPECT_THAT(error_of([&] { read_file(dir / "none"); }),
              AllOf(HasSubstr((dir / "none").string()), HasSubstr("No such file")));
  EXPECT_THAT(error_of([&] { read_file(dir.path()); }),
              AllOf(HasSubstr(dir.path().string()), HasSubstr("Is a directory")));
}

}  // namespace
}  // namespace gapmeter
