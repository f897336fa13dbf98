// A command: its name, its options, and what it does. Each has a file in commands/ and a line in
// commands.cpp.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/cli/option_set.h"
#include "harness/session/invocation.h"

namespace gapmeter {

// A command with the options of one command line.
struct BoundCommand {
  // Returns the exit status, which scripts rely on: 0 success, 1 a mismatch, a failed cell or a
  // regression, 2 wrong use or bad input, 3 inconclusive, 130 interrupted. Bad input is thrown as
  // UnknownName, FileError or std::runtime_error with a sentence for the user.
  std::function<int(const Invocation&)> run;
  // Resumes what this command line began in a directory; empty if the command can't.
  std::function<int(const std::string& dir, const Invocation&)> go_on{};
  // A copy of the options as they were read, for tests.
  std::function<std::any()> options;
};

struct Command {
  std::string name;
  std::string summary;  // a line for --help
  // Whether it only reads the rows of runs, of which there may be very many.
  bool reads_rows = false;
  // Whether it is about kernels, which may then be those of a suite (--suite).
  bool takes_suite = false;
  std::function<BoundCommand(OptionSet&)> bind;
};

// How a command is declared: with a struct of options, which `declare` fills from the command line.
template <class Options>
struct CommandOf {
  std::string name;
  std::string summary;
  bool reads_rows = false;
  bool takes_suite = false;
  void (*declare)(OptionSet& set, Options& options);
  int (*run)(const Options& options, const Invocation& invocation);
  int (*go_on)(const std::string& dir, const Options& options,
               const Invocation& invocation) = nullptr;

  operator Command() const {  // NOLINT(google-explicit-constructor): a command is one
    return {
        name, summary, reads_rows, takes_suite, [self = *this](OptionSet& set) {
          const auto options = std::make_shared<Options>();
          self.declare(set, *options);
          BoundCommand bound{
              .run = [self, options](
                         const Invocation& invocation) { return self.run(*options, invocation); },
              .options = [options] { return std::any(*options); }};
          if (self.go_on != nullptr) {
            bound.go_on = [self, options](const std::string& dir, const Invocation& invocation) {
              return self.go_on(dir, *options, invocation);
            };
          }
          return bound;
        }};
  }
};

// Every command, in the order of --help.
const std::vector<Command>& commands();

}  // namespace gapmeter
