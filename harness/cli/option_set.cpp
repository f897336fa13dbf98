#include "harness/cli/option_set.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace gapmeter {
namespace {

using Take = std::function<void(const std::string&)>;

// A CLI11 callback that hands the text to `take`, whose exceptions become parse errors.
Take checked(const std::string& option, Take take) {
  return [option, take = std::move(take)](const std::string& text) {
    try {
      take(text);
    } catch (const std::invalid_argument& invalid) {
      throw CLI::ValidationError(option, invalid.what());
    }
  };
}

// The parts of a comma-separated list. CLI11's own delimiter drops empty parts, and an option that
// is left without a value consumes the next argument. If an option was given several times, or as
// an array in the configuration file, its values arrive joined by line feeds.
std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",\n", start), text.size());
    if (end == start) {
      throw std::invalid_argument(
          fmt::format("'{}' has an empty part: write one value, or several with commas between "
                      "them",
                      text));
    }
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// CLI11's own conversion wraps negative numbers and truncates large ones.
template <class Integer>
std::optional<Integer> whole_number_in(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

using Formats = std::vector<std::pair<std::string, OutputFormat>>;

void add_format(CLI::App& app, OutputFormat& value, const Formats& formats,
                const std::string& help) {
  app.add_option("--format", value, help)
      ->transform(CLI::CheckedTransformer(formats))
      ->type_name("FORMAT");
}

}  // namespace

void OptionSet::positional(const std::string& name, std::string& value, const std::string& help) {
  app_.add_option(name, value, help)->required();
}

void OptionSet::optional_positional(const std::string& name, std::string& value,
                                    const std::string& help) {
  app_.add_option(name, value, help);
}

void OptionSet::flag(const std::string& name, bool& value, const std::string& help) {
  app_.add_flag(name, value, help);
}

void OptionSet::text(const std::string& name, std::string& value, const std::string& type,
                     const std::string& help) {
  app_.add_option(name, value, help)->type_name(type);
}

void OptionSet::one_of(const std::string& name, std::string& value,
                       const std::vector<std::string>& choices, const std::string& type,
                       const std::string& help) {
  app_.add_option(name, value, help)->check(CLI::IsMember(choices))->type_name(type);
}

void OptionSet::whole_number(const std::string& name, int& value, int least, int most,
                             const std::string& type, const std::string& help) {
  app_.add_option(name, value, help)->check(CLI::Range(least, most))->type_name(type);
}

void OptionSet::whole_number(const std::string& name, std::optional<int>& value, int least,
                             int most, const std::string& type, const std::string& help) {
  app_.add_option(name, value, help)->check(CLI::Range(least, most))->type_name(type);
}

void OptionSet::parsed(const std::string& name, Take take, const std::string& type,
                       const std::string& help) {
  app_.add_option_function<std::string>(name, checked(name, std::move(take)), help)
      ->type_name(type);
}

void OptionSet::list(const std::string& name,
                     std::function<void(const std::vector<std::string>&)> take,
                     const std::string& type, const std::string& help) {
  const Take take_text = [take = std::move(take)](const std::string& text) {
    take(parse_list(text));
  };
  app_.add_option_function<std::string>(name, checked(name, take_text), help)
      ->join()
      ->type_name(type);
}

void OptionSet::repeated(const std::string& name, std::vector<std::string>& values,
                         const std::string& type, const std::string& help) {
  constexpr char separator = '\x1e';  // ASCII's between records: in no text that people write
  const Take take = [&values](const std::string& text) {
    values.clear();
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find(separator, start), text.size());
      values.push_back(text.substr(start, end - start));
      start = end + 1;
    }
  };
  app_.add_option_function<std::string>(name, take, help)->join(separator)->type_name(type);
}

void OptionSet::names(const std::string& name, std::vector<std::string>& values,
                      const std::string& type, const std::string& help) {
  list(
      name, [&values](const std::vector<std::string>& parts) { values = parts; }, type, help);
}

void OptionSet::share(const std::string& name, double& value, const std::string& help) {
  parsed(
      name, [&value](const std::string& text) { value = parse_share(text); }, "SHARE", help);
}

void OptionSet::share(const std::string& name, std::optional<double>& value,
                      const std::string& help) {
  parsed(
      name, [&value](const std::string& text) { value = parse_share(text); }, "SHARE", help);
}

void OptionSet::duration(const std::string& name, double& seconds, const std::string& help) {
  parsed(
      name, [&seconds](const std::string& text) { seconds = parse_duration(text); }, "TIME", help);
}

void OptionSet::duration(const std::string& name, std::optional<double>& seconds,
                         const std::string& help) {
  parsed(
      name, [&seconds](const std::string& text) { seconds = parse_duration(text); }, "TIME", help);
}

void OptionSet::format(OutputFormat& value) {
  add_format(app_, value,
             {{"text", OutputFormat::text},
              {"json", OutputFormat::json},
              {"markdown", OutputFormat::markdown}},
             "text, json or markdown");
}

void OptionSet::text_or_json(OutputFormat& value) {
  add_format(app_, value, {{"text", OutputFormat::text}, {"json", OutputFormat::json}},
             "text or json");
}

void OptionSet::colour(Colour& value) {
  const std::map<std::string, Colour> choices{
      {"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}};
  app_.add_option("--color", value, "auto (on a terminal), always or never (default auto)")
      ->transform(CLI::CheckedTransformer(choices))
      ->type_name("WHEN");
}

void OptionSet::settle() const {
  try {
    for (const auto& settle : settle_) settle();
  } catch (const WrongUse& error) {
    throw CLI::ExcludesError(error.what(), CLI::ExitCodes::ExcludesError);
  }
}

bool OptionSet::is_given(const std::string& name) const {
  const CLI::Option* const option = app_.get_option_no_throw(name);
  return option != nullptr && option->count() > 0;
}

bool OptionSet::is_on_command_line(const std::string& flag) const {
  return std::any_of(arguments_.begin(), arguments_.end(), [&](const std::string& argument) {
    return argument == flag || argument == flag + "=true";
  });
}

std::string OptionSet::given_beside(const std::string& name) const {
  for (const CLI::Option* option : app_.get_options()) {
    if (option->count() > 0 && option->get_name() != name) return option->get_name();
  }
  return "";
}

double parse_share(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const double share = unit == "%" ? value / 100 : value;
  const bool is_share = unit.empty() || unit == "%";
  if (error != std::errc{} || !is_share || !(share > 0) || !(share < 1)) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a share: write for instance 2% or 0.02", text));
  }
  return share;
}

double parse_duration(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  struct Unit {
    std::string_view name;
    double seconds;
  };
  constexpr std::array units{Unit{"", 1},     Unit{"s", 1},     Unit{"m", 60},
                             Unit{"h", 3600}, Unit{"ms", 1e-3}, Unit{"us", 1e-6}};
  const auto known =
      std::find_if(units.begin(), units.end(), [&](const Unit& each) { return unit == each.name; });
  const double factor = known == units.end() ? 0 : known->seconds;
  const double seconds = value * factor;
  if (error != std::errc{} || factor == 0 || !std::isfinite(seconds) || seconds <= 0) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a duration: write for instance 10ms, 90s, 10m or 1h", text));
  }
  return seconds;
}

int parse_threads(std::string_view text) {
  constexpr int most = 1024;
  const auto threads = whole_number_in<int>(text);
  if (!threads || *threads < 1 || *threads > most) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a number of threads from 1 to {}", text, most));
  }
  return *threads;
}

std::uint64_t parse_seed(std::string_view text) {
  const auto seed = whole_number_in<std::uint64_t>(text);
  if (!seed) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a seed: write a whole number from 0 to 2^64 - 1", text));
  }
  return *seed;
}

}  // namespace gapmeter
