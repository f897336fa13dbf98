// Memory in huge pages, for commands that read a hundred thousand rows: half of their time went
// into taking pages of 4 KiB from the system one by one.
#pragma once

namespace gapmeter {

// Starts the program again with malloc told to ask for huge pages and for much at once
// (glibc.malloc in glibc's manual, "Memory Allocation Tunables"): glibc takes that from the
// environment alone, and before main. Returns in the program that was started so, without the
// variable that did it; and where the user has set it, or the program can't be started again, which
// only costs time.
void use_huge_pages(char** argv);

}  // namespace gapmeter
