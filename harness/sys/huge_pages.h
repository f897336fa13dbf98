// Transparent huge pages: which memory of the workers is on them, as a run chooses; and those of
// the commands that read a hundred thousand rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/enum_names.h"

namespace gapmeter {

// system: on what asks for them, as in any process of the user. malloc: malloc asks, too. never: on
// nothing, whoever asks.
enum class HugePages : std::uint8_t { system, malloc, never };
inline constexpr EnumNames<HugePages, 3> huge_pages_names{
    {{HugePages::system, "system"}, {HugePages::malloc, "malloc"}, {HugePages::never, "never"}}};

// A value of GLIBC_TUNABLES with which malloc asks for huge pages: the user's value and that. A
// user who has decided about them already is not contradicted.
std::string with_huge_pages_in_malloc(std::string_view tunables);

// Restarts the program with malloc set to request huge pages, and much memory at once (glibc.malloc
// in glibc's manual, "Memory Allocation Tunables"): commands that read many rows spent half of
// their time obtaining pages of 4 KiB from the system, one by one. glibc reads this setting only
// from the environment, and before main. Returns in the restarted program, with the variable
// removed again. Also returns if the user has set the variable, or if the restart fails, which only
// costs time.
void use_huge_pages(char** argv);

}  // namespace gapmeter
