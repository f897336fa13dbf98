#include "harness/kernel/json_numbers.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace gapmeter {
namespace {

using Json = nlohmann::json;

// False if something is neither a number nor an array of numbers.
bool flatten(const Json& value, std::vector<double>& numbers) {
  if (value.is_number()) {
    numbers.push_back(value.get<double>());
    return true;
  }
  if (!value.is_array()) return false;
  for (const Json& element : value) {
    if (!flatten(element, numbers)) return false;
  }
  return true;
}

}  // namespace

std::vector<double> json_numbers(const std::filesystem::path& file, const std::string& key) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(fmt::format("{}: can't be read", file.string()));
  const Json object = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    throw std::runtime_error(fmt::format("{}: not a JSON object", file.string()));
  }
  const auto found = object.find(key);
  if (found == object.end()) {
    throw std::runtime_error(fmt::format("{}: there is no '{}'", file.string(), key));
  }
  std::vector<double> numbers;
  if (!flatten(*found, numbers) || numbers.empty()) {
    throw std::runtime_error(
        fmt::format("{}: '{}' holds something else than numbers, or nothing", file.string(), key));
  }
  return numbers;
}

std::vector<double> from_json::numbers_for(const std::filesystem::path& file,
                                           const std::string& key, std::size_t wanted,
                                           std::size_t sample) {
  std::vector<double> numbers = json_numbers(file, key);
  const bool fits =
      sample == 0 ? numbers.size() == wanted : numbers.size() % sample == 0 && wanted % sample == 0;
  if (!fits) {
    throw std::runtime_error(fmt::format("{}: '{}' has {} numbers, the input {}", file.string(),
                                         key, numbers.size(), wanted));
  }
  return numbers;
}

}  // namespace gapmeter
