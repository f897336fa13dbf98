#include "harness/measure/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "harness/base/text.h"
#include "harness/measure/named_program.h"

namespace gapmeter {
namespace {

bool depends_on_n(const CommandSpec& command) {
  return mentions(command, "{n}") || mentions(command, "{file}");
}

std::optional<std::string> problem_of_input(const Commands& commands) {
  const auto uses_file = [](const CommandVariant& variant) {
    return mentions(variant.command, "{file}");
  };
  const auto user = std::find_if(commands.variants.begin(), commands.variants.end(), uses_file);
  if (user == commands.variants.end()) {
    if (!commands.input) return std::nullopt;
    return "no command mentions {file}, which --input makes: write {file} where they read it, or "
           "leave out --input";
  }
  if (!commands.input) {
    return fmt::format(
        "{} mentions {{file}}, and nothing makes it: add --input 'COMMAND {{n}} > {{file}}', or "
        "write the path of your file",
        to_string(user->id));
  }
  if (mentions(*commands.input, "{file}")) return std::nullopt;
  return "--input does not say where it writes: end it with > {file}";
}

std::optional<std::string> problem_of_sizes(const Commands& commands, const Selection& selection) {
  for (const CommandVariant& variant : commands.variants) {
    const bool depends = depends_on_n(variant.command);
    if (depends && selection.sizes.empty()) {
      return fmt::format("{} depends on n: say which with --sizes, as in --sizes 1k:1M:10x",
                         to_string(variant.id));
    }
    if (!depends && !selection.sizes.empty()) {
      return fmt::format(
          "{} mentions neither {{n}} nor {{file}}, so that it would do the same at every n: write "
          "{{n}} into the command, or leave out --sizes",
          to_string(variant.id));
    }
  }
  return std::nullopt;
}

std::vector<int> threads_of(const CommandVariant& variant, const Selection& selection) {
  const bool uses_threads = mentions(variant.command, "{threads}") && !selection.threads.empty();
  return uses_threads ? selection.threads : std::vector<int>{1};
}

std::optional<std::string> problem_of_threads(const Commands& commands,
                                              const Selection& selection) {
  const bool any_uses =
      std::any_of(commands.variants.begin(), commands.variants.end(),
                  [](const auto& variant) { return mentions(variant.command, "{threads}"); });
  if (selection.threads.empty() || any_uses) return std::nullopt;
  return "no command mentions {threads}: write it where the number of threads belongs, or leave "
         "out --threads";
}

std::optional<std::string> duplicate_in(const Commands& commands) {
  std::set<VariantId> seen;
  for (const CommandVariant& variant : commands.variants) {
    if (seen.insert(variant.id).second) continue;
    return fmt::format("two commands are called {}", to_string(variant.id));
  }
  return std::nullopt;
}

}  // namespace

CommandSpec read_command(std::string_view text, bool by_shell) {
  return by_shell ? shell_command(text) : parse_command(text);
}

bool is_named_command(std::string_view text) { return parse_named_program(text).has_value(); }

CommandVariant parse_command_variant(std::string_view text, bool by_shell) {
  const auto [id, command] = named_program(text, "python/script=python3 wc.py {n}");
  try {
    return {.id = id, .text = command, .command = read_command(command, by_shell)};
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("{}: {}", to_string(id), error.what()));
  }
}

std::optional<std::string> find_problem(const Commands& commands, const Selection& selection) {
  if (!is_plain_name(commands.name)) {
    return fmt::format("--name '{}' is to be letters, digits, '_', '.' and '-'", commands.name);
  }
  if (const auto duplicate = duplicate_in(commands)) return duplicate;
  if (const auto problem = problem_of_input(commands)) return problem;
  if (const auto problem = problem_of_sizes(commands, selection)) return problem;
  return problem_of_threads(commands, selection);
}

const CommandVariant& reference_of(const Commands& commands) {
  const auto found =
      std::find_if(commands.variants.begin(), commands.variants.end(),
                   [](const auto& variant) { return variant.id.lane.is_compiled(); });
  return found == commands.variants.end() ? commands.variants.front() : *found;
}

const CommandVariant* baseline_of(const Commands& commands) {
  const auto found = std::find_if(commands.variants.begin(), commands.variants.end(),
                                  [](const auto& variant) { return variant.id.lane.is_python(); });
  return found == commands.variants.end() ? nullptr : &*found;
}

std::vector<CellGroup> plan_commands(const Commands& commands, const Selection& selection,
                                     const std::function<std::string(std::size_t)>& input_path) {
  std::vector<CellGroup> groups;
  const auto sizes = selection.sizes.empty() ? std::vector<std::size_t>{1} : selection.sizes;
  for (const std::size_t n : sizes) {
    // A slice of a command is a call or a few: timing calls one by one would show nothing else.
    CellGroup group{.kernel = commands.name, .n = n, .single_calls = 0};
    const std::string file = commands.input ? input_path(n) : std::string();
    const CommandSpec reference = filled_in(reference_of(commands).command, {n, file, 1});
    for (const CommandVariant& variant : commands.variants) {
      if (!selection.variants.empty() && !matches_any(variant.id, selection.variants)) continue;
      for (const int threads : threads_of(variant, selection)) {
        group.variants.push_back(
            {.id = variant.id,
             .threads = threads,
             .cost = {.items = selection.sizes.empty() ? 0 : static_cast<double>(n)},
             .command = CommandTask{.command = filled_in(variant.command, {n, file, threads}),
                                    .reference = reference,
                                    .tolerance = commands.tolerance,
                                    .input_file = file}});
      }
    }
    if (group.variants.empty()) throw UnknownName("no command matches --variants");
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace gapmeter
