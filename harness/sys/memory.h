// Resident memory of this process, as the kernel accounts it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace gapmeter {

// Bytes resident now, exact: from smaps_rollup, because the counters behind VmRSS are allowed to
// lag by some pages for each thread. Falls back on VmRSS.
std::optional<std::int64_t> resident_bytes();
// Of another process, 0 when it has ended: roughly, and with its part alone of the pages that it
// shares (Pss), which takes the system a look at each page.
std::int64_t resident_bytes_of(int pid);
std::int64_t proportional_bytes_of(int pid);
// What the system could give this process without swapping, and without going beyond the limit of a
// control group (a container's, say) that it is in.
std::optional<std::int64_t> available_bytes();
// How much less than their limits the control groups hold that a process is in, by its
// /proc/PID/cgroup and the directory where they are mounted; nullopt where none has a limit. Both
// versions: docs.kernel.org/admin-guide/cgroup-v2.html, cgroup-v1/memory.html.
std::optional<std::int64_t> room_in_control_groups(const std::filesystem::path& membership,
                                                   const std::filesystem::path& mount);

// The most memory that a worker may have: what is wanted or, where the system tells, four fifths of
// what is free, so that no kernel can make the machine swap.
std::optional<std::int64_t> memory_limit(const std::optional<std::int64_t>& wanted);

// The high-water mark of resident bytes since the process began or reset_peak() was called. VmHWM,
// never getrusage's ru_maxrss: that one survives exec and shows the parent's size.
std::optional<std::int64_t> peak_resident_bytes();

// Sets the high-water mark to what is resident now. False where the system does not allow it.
bool reset_peak();

// Hands freed heap memory back to the system, so that what stays resident is in use.
void release_free_memory();

// Keeps this process on pages of the base size, so that resident memory is what was asked for and
// not rounded up to huge pages.
void disable_huge_pages();

}  // namespace gapmeter
