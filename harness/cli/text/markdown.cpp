#include "harness/cli/text/markdown.h"

namespace gapmeter {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '|':
        result += "\\|";
        break;
      case '<':
        result += "&lt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '\n':
      case '\r':
        result += ' ';
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += ' ' + escaped(cell) + " |";
  return line + '\n';
}

}  // namespace

std::string markdown_table(const std::vector<std::vector<std::string>>& lines) {
  if (lines.empty()) return "";
  std::string text = line_of(lines.front()) + '|';
  for (std::size_t i = 0; i < lines.front().size(); ++i) text += " --- |";
  text += '\n';
  for (std::size_t i = 1; i < lines.size(); ++i) text += line_of(lines[i]);
  return text;
}

}  // namespace gapmeter
