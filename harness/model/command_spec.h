// A whole program as users write it on a command line, `python3 wc.py {n}`, and as it is run:
// words, without a shell.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// The words of argv and where stdin and stdout lead. As it was written, it still has placeholders.
struct CommandSpec {
  std::vector<std::string> words;
  std::string executable{};  // the file that words[0] names; empty: not looked for yet
  std::string input{};       // a path; empty: /dev/null
  std::string output{};      // a path, created or emptied first; empty: what is compared
  bool by_shell = false;     // words are /bin/sh -c TEXT

  bool operator==(const CommandSpec&) const = default;
};

inline constexpr std::array<std::string_view, 3> command_placeholders{"{n}", "{file}", "{threads}"};

// Splits as a POSIX shell does: quotes, backslashes, `< path` and `> path`. Throws
// std::invalid_argument, with what to do, for an open quote, for whatever else only a shell
// understands, and for a placeholder that there is none of.
CommandSpec parse_command(std::string_view text,
                          std::span<const std::string_view> placeholders = command_placeholders);
// The same text for /bin/sh, which splits it itself. Throws std::invalid_argument for an empty one.
CommandSpec shell_command(std::string_view text);

// What takes the place of {n}, {file} and {threads}.
struct Placeholders {
  std::size_t n = 1;
  std::string file{};
  int threads = 1;
};
// Whether a command has a placeholder, given with its braces.
bool mentions(const CommandSpec& command, std::string_view placeholder);
CommandSpec filled_in(CommandSpec command, const Placeholders& values);
// With a value for one placeholder, given with its braces.
CommandSpec filled_in(CommandSpec command, std::string_view placeholder, const std::string& value);

// What a task of a command needs to know: both commands have no placeholders left.
struct CommandTask {
  CommandSpec command;
  CommandSpec reference;  // whose output is right
  // |actual - expected| <= tolerance * |expected| for numbers in the output; 0: equal text.
  double tolerance = 0;
  std::string input_file{};    // that the command must leave as it is; empty: none
  std::string input_digest{};  // of its bytes

  bool operator==(const CommandTask&) const = default;
};

}  // namespace gapmeter
