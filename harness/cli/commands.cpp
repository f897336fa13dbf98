// The table of commands: one line for each.
#include "harness/cli/command.h"

namespace gapmeter {

Command new_suite_command();
Command list_command();
Command run_command();
Command verify_command();
Command compare_command();
Command ab_command();
Command doctor_command();
Command summarize_command();
Command claims_command();
Command reproduce_command();
Command report_command();
Command plot_command();

const std::vector<Command>& commands() {
  static const std::vector<Command> table{
      new_suite_command(), list_command(),      run_command(),    verify_command(),
      compare_command(),   ab_command(),        doctor_command(), summarize_command(),
      claims_command(),    reproduce_command(), report_command(), plot_command()};
  return table;
}

}  // namespace gapmeter
