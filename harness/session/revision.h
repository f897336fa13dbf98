// What git knows of a suite's directory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/model/run_facts.h"
#include "harness/sys/interrupts.h"

namespace gapmeter {

// The name of a suite, and, if git keeps its files, its revision and whether it differs from that.
SuiteFacts describe_suite(const std::filesystem::path& suite);

// The directory as it was in a revision: HEAD, v1.2, a hash. The repository's files of then are
// written below `cache`, once. Throws FileError if git does not know the directory or the revision.
std::filesystem::path check_out(const std::filesystem::path& suite, const std::string& revision,
                                const std::filesystem::path& cache, const Interrupts& interrupts);

}  // namespace gapmeter
