// What the program says beside its results, on stderr: progress, warnings, errors.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// Writes a text and flushes it. That nobody listens any more must not end a run, so that failing is
// no error here.
void notice(std::FILE* stream, std::string_view text);

// Prints each as "gapmeter: warning: …" to stderr.
void print_warnings(const std::vector<std::string>& warnings);

// Puts something in the place of a standard stream that the program was started without, or the
// first files that it opens would take that place, and what is meant for a terminal would be
// written into results. Reading stdin and writing stderr then do nothing; writing stdout fails.
void hold_standard_streams();

}  // namespace gapmeter
