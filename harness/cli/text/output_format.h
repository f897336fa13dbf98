// The form in which a command prints its result.
#pragma once

namespace gapmeter {

// An int, since CLI11 shows what is below it in help texts.
enum class OutputFormat { text, json, markdown };

}  // namespace gapmeter
