// Text as people and other programs read it: one line of it, one shell word, a misspelt name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// Text from outside on one line of valid UTF-8, as messages and files want it.
std::string one_line(const std::string& said);

// With blanks for what would steer a terminal or begin a line.
std::string without_controls(std::string text);

// What a kernel, a variant or an engine can be called: names become parts of file names and are
// shown on terminals and pages, so that a file must not bring any that can do harm there.
bool is_plain_name(std::string_view name);

// As a POSIX shell takes it for one word: quoted where it must be.
std::string shell_word(const std::string& text);

// The candidate with the smallest edit distance to `name`, if that is a plausible misspelling.
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& candidates);

// Terminal columns that UTF-8 text takes: one for each code point, which holds for the characters
// used here.
std::size_t width_of(std::string_view text);

}  // namespace gapmeter
