#include "harness/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <iostream>
#include <string_view>

#include "build_info.h"
#include "harness/cli/arguments.h"

namespace gapmeter {
namespace {

// A command on this command line.
struct Offer {
  const Command* command;
  const CLI::App* app;
  OptionSet options;
  BoundCommand bound;
  std::string suite{};
};

// CLI11's message names neither the file nor, in words for users, what is wrong with it.
std::string config_message(const CLI::App& app, std::string what) {
  constexpr std::string_view prefix = "INI was not able to parse ";
  if (what.starts_with(prefix)) what.erase(0, prefix.size());
  if (what.ends_with(".++")) what.erase(what.size() - 3);
  return fmt::format("{}: '{}' is no option or section that gapmeter knows",
                     app.get_config_ptr()->as<std::string>(), what);
}

EarlyExit refuse(const std::string& message) {
  std::cerr << fmt::format("gapmeter: {}\n", message);
  return {2};
}

}  // namespace

std::variant<ParsedCommand, EarlyExit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(
      "Measures the gap between a Python implementation and a native one of the same computation "
      "as it grows with the input.",
      "gapmeter");
  app.set_version_flag("--version", fmt::format("gapmeter {}", GAPMETER_VERSION));
  app.set_config("--config", "", "TOML file with options: a section per command, [run]")
      ->type_name("FILE");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.require_subcommand(1);
  app.fallthrough();

  std::deque<Offer> offers;  // options hold references into it
  for (const Command& command : commands()) {
    CLI::App& sub = *app.add_subcommand(command.name, command.summary);
    offers.push_back({&command, &sub, OptionSet(sub, {argv, argv + argc}), {}});
    if (command.takes_suite) add_suite(offers.back().options, offers.back().suite);
    offers.back().bound = command.bind(offers.back().options);
  }
  try {
    app.parse(argc, argv);
    for (const Offer& offer : offers) {
      if (offer.app->parsed()) offer.options.settle();
    }
  } catch (const CLI::ConfigError& error) {
    return refuse(config_message(app, error.what()));
  } catch (const CLI::RequiredError& error) {
    if (app.get_subcommands().empty() && app.remaining_size() > 0) {
      return refuse(fmt::format("there is no command '{}'; see --help", app.remaining().front()));
    }
    return EarlyExit{app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2};
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error, std::cout, std::cerr);
    return EarlyExit{status == 0 ? 0 : 2};
  }
  for (const Offer& offer : offers) {
    if (offer.app->parsed()) return ParsedCommand{offer.command, offer.bound, offer.suite};
  }
  throw std::logic_error("a command line was parsed that has no command");
}

}  // namespace gapmeter
