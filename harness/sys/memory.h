// Resident memory of processes, as the kernel accounts it.
#pragma once

#include <cstdint>
#include <optional>

namespace gapmeter {

// The bytes of a process that are resident now, exact. Read from smaps_rollup, because the counters
// behind VmRSS may lag by some pages for each thread. Falls back on VmRSS.
std::optional<std::int64_t> resident_bytes(int pid);
// Resident bytes of another process; 0 if it has ended. The first is a cheap approximation. The
// second counts only the process's share of shared pages (Pss), for which the system looks at every
// page.
std::int64_t resident_bytes_of(int pid);
std::int64_t proportional_bytes_of(int pid);
// How much memory this process could still get without swapping and without exceeding the limits of
// its control groups (a container's, for instance).
std::optional<std::int64_t> available_bytes();
// The memory limit of a worker: the wanted one or, if the system reports it, four fifths of what is
// free, so that no kernel can make the machine swap. Never above this process's hard limit
// (RLIMIT_DATA, ulimit -H -d), which nobody but root may raise.
std::optional<std::int64_t> memory_limit(const std::optional<std::int64_t>& wanted);

// The high-water mark of resident bytes since the process began or reset_peak() was called for it.
// VmHWM, never getrusage's ru_maxrss: that one survives exec and shows the parent's size.
std::optional<std::int64_t> peak_resident_bytes(int pid);

// Sets the high-water mark to what is resident now. False if the system does not allow it.
bool reset_peak(int pid);

// Hands freed heap memory back to the system, so that what stays resident is in use.
void release_free_memory();

// Keeps this process, and those that it starts, on pages of the base size: resident memory is then
// what was asked for, not rounded up to huge pages.
void disable_huge_pages();

}  // namespace gapmeter
