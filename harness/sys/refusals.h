// System calls that a sandbox (seccomp, gVisor) or an old kernel may refuse, and what a run then
// goes on without.
#pragma once

#include <string>
#include <vector>

namespace gapmeter {

// A sentence for each: the call, what it is needed for, what to do.
std::vector<std::string> find_refusals();

}  // namespace gapmeter
