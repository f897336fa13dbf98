// Commands as a kernel: whole programs, named LANE/NAME, that do the same computation, and what a
// run measures of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/measure/plan.h"
#include "harness/model/cell.h"
#include "harness/model/command_spec.h"

namespace gapmeter {

// As users write it, with placeholders: python/script=python3 wc.py {n}.
struct CommandVariant {
  VariantId id{};
  std::string text{};  // the command alone
  CommandSpec command{};
};

struct Commands {
  std::string name = "command";  // the kernel's
  std::vector<CommandVariant> variants{};
  // Makes {file}, once for each n; empty: there is none.
  std::string input_text{};
  std::optional<CommandSpec> input{};
  double tolerance = 0;  // CommandTask

  bool empty() const { return variants.empty(); }
};

// How a command is split: by us, or by /bin/sh.
CommandSpec read_command(std::string_view text, bool by_shell);
// LANE/NAME=COMMAND. Throws std::invalid_argument with what would be right.
CommandVariant parse_command_variant(std::string_view text, bool by_shell);
// Whether a text begins like one.
bool is_named_command(std::string_view text);

// What is wrong with commands together with the selection, in a sentence with what to do.
std::optional<std::string> find_problem(const Commands& commands, const Selection& selection);

// The variant whose output is right: the first compiled one, or else the first. Precondition: there
// is one.
const CommandVariant& reference_of(const Commands& commands);
// The first of Python; nullptr without any.
const CommandVariant* baseline_of(const Commands& commands);

// `input_path` says where {file} of an n is. Throws UnknownName for patterns that select nothing.
std::vector<CellGroup> plan_commands(const Commands& commands, const Selection& selection,
                                     const std::function<std::string(std::size_t n)>& input_path);

}  // namespace gapmeter
