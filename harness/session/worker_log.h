// workers.log: what workers printed, for whoever asks why a cell failed.
#pragma once

#include <functional>
#include <string>

#include "harness/sys/files.h"

namespace gapmeter {

// What a worker printed, under a line that names its task; ends with a line feed.
std::string log_entry(const std::string& title, const std::string& output);

// Appends entries to a file, which must outlive the workers.
std::function<void(const std::string&, const std::string&)> log_to(AppendFile& file);

}  // namespace gapmeter
