// How a command's text looks: how wide it may be, and whether parts of it stand out in colour.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gapmeter {

struct Look {
  std::size_t columns = 100;
  bool has_colour = false;
};

// When text is coloured: `automatic` on a terminal, unless the environment has NO_COLOR
// (https://no-color.org) or calls the terminal dumb. An int, as OutputFormat.
enum class Colour { automatic, always, never };

// Of what is written to stdout. Where that is no terminal, COLUMNS tells how wide text may be.
Look look_of_stdout(Colour wanted);

enum class Style { plain, strong, faint };

struct Part {
  std::string text;
  Style style = Style::plain;
};

// One field of a table.
using Field = std::vector<Part>;
std::size_t width_of(const Field& field);

std::string painted(const Part& part, const Look& look);

// Lines of fields with their columns right-aligned. Columns
// are three apart.
std::string align_columns(const std::vector<std::vector<Field>>& lines, const Look& look = {});
std::string align_columns(const std::vector<std::vector<std::string>>& lines);
// The columns that they take so.
std::size_t width_of_columns(const std::vector<std::vector<Field>>& lines);

// Words in lines that are no longer than so many columns, as long as a word is not; lines after the
// first are indented.
std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent = 2);

}  // namespace gapmeter
