// Tables for pull requests and step summaries.
#pragma once

#include <string>
#include <vector>

namespace gapmeter {

// The first line is the header; what would end a cell or be taken for HTML is escaped.
std::string markdown_table(const std::vector<std::vector<std::string>>& lines);

}  // namespace gapmeter
