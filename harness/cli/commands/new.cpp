// gapmeter new: a suite to begin with, from the templates that are installed with the program.
#include <fmt/format.h>

#include <filesystem>

#include "harness/base/installation.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/sys/files.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

struct NewOptions {
  std::string dir;
  bool rust = false;  // variants in Rust instead of C++
};

// template_rust/ has what is otherwise in template/.
void copy_templates(const fs::path& dir, bool rust) {
  std::error_code error;
  if (fs::exists(dir) && !(fs::is_directory(dir, error) && fs::is_empty(dir, error))) {
    throw FileError(
        fmt::format("{}: is there already; name a directory that is new or empty", dir.string()));
  }
  fs::create_directories(dir, error);
  // Without symbolic links: a build tree's are into the source tree.
  const auto options = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
  if (!error) fs::copy(data_dir() / "template", dir, options, error);
  if (!error && rust) fs::copy(data_dir() / "template_rust", dir, options, error);
  if (error)
    throw FileError(fmt::format("{}: can't be written: {}", dir.string(), error.message()));
}

int make_suite(const NewOptions& options, const Invocation& /*invocation*/) {
  const fs::path dir = options.dir;
  copy_templates(dir, options.rust);
  const fs::path kernels = dir / "kernels";
  fmt::print("{}: its description{}\n", (kernels / "norm.cpp").string(),
             options.rust ? "" : " and native variants");
  if (options.rust) fmt::print("{}: its Rust variants\n", (kernels / "norm.rs").string());
  fmt::print("{}: its Python variants\n", (dir / "python_baselines" / "norm.py").string());
  fmt::print("Next: gapmeter run --suite {} --quick\n", shell_word(dir.string()));
  return 0;
}

void declare(OptionSet& set, NewOptions& options) {
  set.positional("DIR", options.dir, "Directory to create");
  set.flag("--rust", options.rust, "With variants in Rust, in a .rs beside the .cpp");
}

}  // namespace

Command new_suite_command() {
  return CommandOf<NewOptions>{.name = "new",
                               .summary = "A suite for your own kernels: a directory to begin with",
                               .declare = declare,
                               .run = make_suite};
}

}  // namespace gapmeter
