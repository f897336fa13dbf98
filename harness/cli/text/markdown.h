// Tables for pull requests and step summaries.
#pragma once

#include <string>
#include <vector>

namespace gapmeter {

// The first line is the header. Characters that would end a cell or be read as HTML are escaped.
std::string markdown_table(const std::vector<std::vector<std::string>>& lines);

}  // namespace gapmeter
