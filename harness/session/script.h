// Hands over to the Python package in scripts/ that draws charts and writes pages.
#pragma once

#include <string>
#include <vector>

namespace gapmeter {

// Replaces this process with `python scripts/gapmeter_report NAME arguments…`; throws
// std::system_error if that can't be started.
[[noreturn]] void become_script(const std::string& name, const std::vector<std::string>& arguments);

// Runs it to its end. Returns what went wrong, in a line; empty on success.
std::string run_script(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace gapmeter
