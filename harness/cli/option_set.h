// The options of one command, declared one by one: the name, where the value goes, and the help
// text. Values are parsed strictly: a wrong one ends the program with the option's name and what
// would have been right. CLI11 does the parsing and the help, and is used nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/cli/text/look.h"
#include "harness/cli/text/output_format.h"

namespace CLI {
class App;
}

namespace gapmeter {

// References that are passed in must live until the command line is parsed.
class OptionSet {
 public:
  OptionSet(CLI::App& app, std::vector<std::string> arguments)
      : app_(app), arguments_(std::move(arguments)) {}

  void positional(const std::string& name, std::string& value, const std::string& help);
  // One that may be left out.
  void optional_positional(const std::string& name, std::string& value, const std::string& help);
  void flag(const std::string& name, bool& value, const std::string& help);
  void text(const std::string& name, std::string& value, const std::string& type,
            const std::string& help);
  void one_of(const std::string& name, std::string& value, const std::vector<std::string>& choices,
              const std::string& type, const std::string& help);
  void whole_number(const std::string& name, int& value, int least, int most,
                    const std::string& type, const std::string& help);
  void whole_number(const std::string& name, std::optional<int>& value, int least, int most,
                    const std::string& type, const std::string& help);
  // `take` gets the text; a std::invalid_argument that it throws becomes the option's error
  // message.
  void parsed(const std::string& name, std::function<void(const std::string&)> take,
              const std::string& type, const std::string& help);
  // A comma-separated list; `take` gets its parts.
  void list(const std::string& name, std::function<void(const std::vector<std::string>&)> take,
            const std::string& type, const std::string& help);
  // Given several times, or as an array in the configuration file; nothing splits the values.
  void repeated(const std::string& name, std::vector<std::string>& values, const std::string& type,
                const std::string& help);
  void names(const std::string& name, std::vector<std::string>& values, const std::string& type,
             const std::string& help);
  // 2%, 0.02.
  void share(const std::string& name, double& value, const std::string& help);
  void share(const std::string& name, std::optional<double>& value, const std::string& help);
  // 90, 10ms, 90s, 10m, 1.5h.
  void duration(const std::string& name, double& seconds, const std::string& help);
  void duration(const std::string& name, std::optional<double>& seconds, const std::string& help);
  // text, json or markdown.
  void format(OutputFormat& value);
  void text_or_json(OutputFormat& value);
  // --color auto, always or never.
  void colour(Colour& value);

  // Called when everything is parsed; may throw WrongUse.
  void finally(std::function<void()> settle) { settle_.push_back(std::move(settle)); }
  void settle() const;

  // Whether the command has an option, and it was given, on the command line or in the
  // configuration file.
  bool is_given(const std::string& name) const;
  // Whether a flag is in argv, which takes precedence over the configuration file.
  bool is_on_command_line(const std::string& flag) const;
  // The first option that was given together with this one; empty if there is none.
  std::string given_beside(const std::string& name) const;

 private:
  CLI::App& app_;
  std::vector<std::string> arguments_;  // argv
  std::vector<std::function<void()>> settle_{};
};

// Options that exclude each other, and the like; what() is a sentence for the user.
class WrongUse : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// "2%" or "0.02" as 0.02. Throws std::invalid_argument unless above 0 and below 1.
double parse_share(std::string_view text);

// "90", "500us", "10ms", "90s", "10m", "1.5h" in seconds. Throws std::invalid_argument unless
// positive.
double parse_duration(std::string_view text);

// A whole number, with nothing around it. Throws std::invalid_argument.
int parse_threads(std::string_view text);
std::uint64_t parse_seed(std::string_view text);

}  // namespace gapmeter
