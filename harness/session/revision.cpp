#include "harness/session/revision.h"

#include <fmt/format.h>

#include <vector>

#include "harness/base/hash.h"
#include "harness/base/text.h"
#include "harness/sys/files.h"
#include "harness/sys/process.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

ProcessResult run_git(const fs::path& dir, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"/usr/bin/env", "git", "-C", dir.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_process({.arguments = command, .timeout_s = 60});
}

// What git prints, without the last line feed; nullopt if it fails.
std::optional<std::string> git(const fs::path& dir, const std::vector<std::string>& arguments) {
  ProcessResult result = run_git(dir, arguments);
  if (result.end != ProcessResult::End::exited || result.code != 0) return std::nullopt;
  while (result.output.ends_with('\n')) result.output.pop_back();
  return result.output;
}

// Does not say why in git's own words: these may be several lines.
std::string asked(const fs::path& dir, const std::vector<std::string>& arguments,
                  const std::string& problem) {
  const auto answer = git(dir, arguments);
  if (!answer) throw FileError(fmt::format("{}: {}", dir.string(), problem));
  return *answer;
}

// Extracted beside its place first, so that an interrupted one is never taken for whole.
constexpr const char* extract = R"(
rm -rf "$3.part" && mkdir -p "$3.part" &&
git -C "$1" archive --format=tar "$2" | tar -x -C "$3.part" && mv "$3.part" "$3")";

}  // namespace

SuiteFacts describe_suite(const fs::path& suite) {
  SuiteFacts facts{.name = suite.filename().string(), .directory = suite.string()};
  // A directory that lies in a repository but is not part of it has no revision.
  if (git(suite, {"ls-files", "--", "."}).value_or("").empty()) return facts;
  facts.git_revision = git(suite, {"rev-parse", "HEAD"});
  const auto changes = git(suite, {"status", "--porcelain", "--", "."});
  if (changes) facts.clean = changes->empty();
  return facts;
}

fs::path check_out(const fs::path& suite, const std::string& revision, const fs::path& cache,
                   const Interrupts& interrupts) {
  const fs::path root =
      asked(suite, {"rev-parse", "--show-toplevel"},
            "is in no git repository, so that there is no other state to compare it with; "
            "name two directories: --suite OLD --suite NEW");
  const std::string commit =
      asked(suite, {"rev-parse", "--verify", "--quiet", revision + "^{commit}"},
            fmt::format("git knows no revision '{}' of it; commit it first, or name another one",
                        one_line(revision)));
  const fs::path tree = cache / "revisions" / hex_of(hash_of(root.string())) / commit;
  if (!fs::exists(tree)) {
    const ProcessResult result = run_process(
        {.arguments = {"/bin/sh", "-c", extract, "sh", root.string(), commit, tree.string()},
         .timeout_s = 600,
         .abandon = &interrupts.stop});
    if (!fs::exists(tree)) {
      throw FileError(fmt::format("{}: git can't write its revision {} to {}: {}", suite.string(),
                                  one_line(revision), tree.string(), one_line(result.output)));
    }
  }
  const fs::path then = tree / fs::relative(suite, root);
  if (!fs::is_directory(then)) {
    throw FileError(fmt::format("{}: the directory is not in the revision {}", suite.string(),
                                one_line(revision)));
  }
  return fs::canonical(then);
}

}  // namespace gapmeter
