// gapmeter list: kernels, variants, sizes and claims; --check for what is wrong with them.
#include <fmt/format.h>

#include "harness/claims/claim.h"
#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/text/list_text.h"
#include "harness/session/command_files.h"
#include "harness/session/workers.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

int print_check(const Catalog& catalog) {
  std::vector<std::string> problems = check_catalog(catalog);
  for (const Kernel& kernel : catalog.kernels) {
    for (const std::string& id : unknown_claims(kernel.claims)) {
      problems.push_back(fmt::format(
          "{}: there is no claim '{}' (.claims): see gapmeter claims and docs/claims.md",
          kernel.name, id));
    }
  }
  for (const std::string& problem : problems) fmt::print("{}\n", problem);
  if (problems.empty()) fmt::print("{} kernels, no problems\n", catalog.kernels.size());
  return problems.empty() ? 0 : 1;
}

int list_commands(const ListOptions& options) {
  const CommandPlan plan = plan_with_files(options.commands, options.selection);
  print_warnings(warnings_about(plan.groups));
  if (options.check) {
    fmt::print("{} commands, no problems\n", options.commands.variants.size());
  } else {
    fmt::print("{}", format_commands(options.commands, plan.groups, options.format));
  }
  return 0;
}

int list_kernels(const ListOptions& options, const Invocation& invocation) {
  if (!options.commands.empty()) return list_commands(options);
  WorkerSettings workers = default_workers(invocation);
  const Catalog catalog =
      load_catalog(workers, {}, options.check ? Imports::isolated : Imports::together);
  print_warnings(catalog.python.warnings);
  if (options.check) return print_check(catalog);
  fmt::print("{}", format_catalog(catalog, options.format));
  return 0;
}

void declare(OptionSet& set, ListOptions& options) {
  set.text_or_json(options.format);
  set.flag("--check", options.check, "Check that every kernel has both its parts; exit 1 if not");
  add_commands(set, options.commands, options.selection);
  add_sizes(set, options.selection.sizes);
  set.finally([&set] {
    if (set.is_given("--sizes") && !set.is_given("--command")) {
      throw WrongUse("--sizes is for commands; leave it out, or name one with --command");
    }
  });
}

}  // namespace

Command list_command() {
  return CommandOf<ListOptions>{.name = "list",
                                .summary = "Kernels, variants, sizes and claims; or commands",
                                .takes_suite = true,
                                .declare = declare,
                                .run = list_kernels};
}

}  // namespace gapmeter
