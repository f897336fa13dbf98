// The files of a run of commands: the programs that they are, and the inputs that are made for
// them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/measure/commands.h"
#include "harness/measure/plan.h"
#include "harness/measure/worker_process.h"
#include "harness/model/run_facts.h"

namespace gapmeter {

// Finds what the commands of a plan run. Throws std::invalid_argument, with what to do, for a
// program that is not there or may not be run, and for a file for stdin that is not there.
void find_executables(std::vector<CellGroup>& groups);

// What would be measured that the user does not mean: an interpreter that a version manager's
// script looks for first. One sentence each.
std::vector<std::string> warnings_about(const std::vector<CellGroup>& groups);

// A temporary directory (TMPDIR) with the {file} of every n, removed at the end.
class InputFiles {
 public:
  // Throws FileError.
  InputFiles();
  InputFiles(const InputFiles&) = delete;
  InputFiles& operator=(const InputFiles&) = delete;
  ~InputFiles();

  std::string path_of(std::size_t n) const;

  // Makes those of all groups, untimed, and gives the groups their digests and sizes. Where one
  // can't be made, its variants are settled with the reason. Throws std::invalid_argument if what
  // makes them is not there, std::runtime_error if the user stopped it.
  void make(const Commands& commands, const WorkerSettings& settings,
            std::vector<CellGroup>& groups) const;

 private:
  std::filesystem::path dir_;
};

// What a run of commands measures, and where its inputs will be.
struct CommandPlan {
  std::unique_ptr<InputFiles> inputs;  // of commands that read some; not made yet
  std::vector<CellGroup> groups;
};
// Plans the cells and finds what they run. Throws what plan_commands, find_executables and
// InputFiles throw.
CommandPlan plan_with_files(const Commands& commands, const Selection& selection);

// A digest of the executable and of the files that the command names, but for one: a script is not
// in its interpreter's digest. Modules of the current directory that are named (`-m tool`,
// `uvicorn app:app`) are such files; what these import is not.
std::string digest_of_command(const CommandSpec& command, const std::string& but_for = {});

// What run.json says of commands: the texts, the files that they run, and digests of all files that
// they name.
KernelFacts describe_commands(const Commands& commands, const std::vector<CellGroup>& groups);

}  // namespace gapmeter
