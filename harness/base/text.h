// Text as people and other programs read it: one line of it, one shell word, a misspelt name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// External text as one line of valid UTF-8, for messages and files.
std::string one_line(const std::string& said);

// The last lines of an output that are not blank, as many as fit into a few hundred bytes,
// separated by bars: the C++ library takes two lines to report an exception.
std::string last_lines_of(std::string_view output);

// Replaces control characters, which could steer a terminal or begin a line, with blanks.
std::string without_controls(std::string text);

// Whether a kernel, a variant or an engine may have this name: UTF-8 of ASCII letters, digits, _ .
// - and visible characters beyond ASCII, with no dot or dash in front. Names become parts of file
// names and appear on terminals and pages, so a file must not bring in a harmful one.
bool is_plain_name(std::string_view name);

// Quoted, if necessary, so that a POSIX shell reads it as one word.
std::string shell_word(const std::string& text);

// The candidate with the smallest edit distance to `name`, if that is a plausible misspelling.
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& candidates);

// The terminal columns that UTF-8 text takes: one for each code point, which is right for the
// characters used here.
std::size_t width_of(std::string_view text);

}  // namespace gapmeter
