#include "harness/measure/named_program.h"

#include <fmt/format.h>

#include <stdexcept>

#include "harness/base/text.h"

namespace gapmeter {

std::optional<NamedProgram> parse_named_program(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::optional<VariantId> id = parse_variant(text.substr(0, equals));
  if (!id || !is_plain_name(id->name) || !id->engine.empty()) return std::nullopt;
  return NamedProgram{*id, std::string(text.substr(equals + 1))};
}

NamedProgram named_program(std::string_view text, std::string_view example) {
  if (auto named = parse_named_program(text)) return *std::move(named);
  throw std::invalid_argument(fmt::format(
      "'{}' does not begin with a name: write LANE/NAME=COMMAND, for instance '{}'; what is before "
      "the slash is python for Python, and anything else, in lower-case letters, for what is "
      "compiled",
      text, example));
}

}  // namespace gapmeter
