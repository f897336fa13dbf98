// Huge pages for commands that read a hundred thousand rows: such commands spent half of their time
// obtaining pages of 4 KiB from the system, one by one.
#pragma once

namespace gapmeter {

// Restarts the program with malloc set to request huge pages, and much memory at once (glibc.malloc
// in glibc's manual, "Memory Allocation Tunables"). glibc reads this setting only from the
// environment, and before main. Returns in the restarted program, with the variable removed again.
// Also returns if the user has set the variable, or if the restart fails, which only costs time.
void use_huge_pages(char** argv);

}  // namespace gapmeter
