// The program's messages besides its results, on stderr: progress, warnings, errors.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// Writes a text and flushes it. Ignores failure: a run must not end because nobody reads its
// messages.
void notice(std::FILE* stream, std::string_view text);

// Prints each as "gapmeter: warning: …" to stderr.
void print_warnings(const std::vector<std::string>& warnings);

// Opens replacements for standard streams that the program was started without. Otherwise the first
// files that it opens would take their descriptors, and text meant for a terminal would be written
// into results. Reading stdin and writing stderr then do nothing; writing stdout fails.
void hold_standard_streams();

}  // namespace gapmeter
