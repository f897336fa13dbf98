// Resident memory of this process, as the kernel accounts it.
#pragma once

#include <cstdint>
#include <optional>

namespace gapmeter {

// Bytes resident now, exact: from smaps_rollup, because the counters behind VmRSS are allowed to
// lag by some pages for each thread. Falls back on VmRSS.
std::optional<std::int64_t> resident_bytes();
// Of another process, 0 when it has ended: roughly, and with its part alone of the pages that it
// shares (Pss), which takes the system a look at each page.
std::int64_t resident_bytes_of(int pid);
std::int64_t proportional_bytes_of(int pid);
// What the system could give away without swapping.
std::optional<std::int64_t> available_bytes();

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
