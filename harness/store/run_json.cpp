#include "harness/store/run_json.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>

#include "harness/model/rows.h"
#include "harness/sys/files.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// No valid run.json is nearly as deep as this, and copying a very deep value overflows the stack.
constexpr int deepest = 100;

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;
template <class T>
constexpr bool is_map = false;
template <class T>
constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
constexpr bool is_plain = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

template <class T>
bool is_told(const T& value) {
  if constexpr (is_optional<T>) {
    return value.has_value();
  } else {
    return true;
  }
}

template <class T>
Json json_of(const T& value) {
  if constexpr (is_plain<T>) {
    return value;
  } else if constexpr (is_optional<T>) {
    return value ? json_of(*value) : Json(nullptr);
  } else if constexpr (is_vector<T>) {
    Json list = Json::array();
    for (const auto& element : value) list.push_back(json_of(element));
    return list;
  } else if constexpr (is_map<T>) {
    Json object = Json::object();
    for (const auto& [key, element] : value) object[key] = json_of(element);
    return object;
  } else {
    Json object = Json::object();
    each_fact(value, [&](const char* key, const auto& member, Alike = Alike::no,
                         Absence absence = Absence::left_out) {
      if (is_told(member) || absence == Absence::null) object[key] = json_of(member);
    });
    return object;
  }
}

void expect(bool is, const std::string& path, const char* wanted) {
  if (!is) throw std::invalid_argument(fmt::format("'{}' is not {}", path, wanted));
}

std::string below(const std::string& path, const std::string& key) {
  return path.empty() ? key : fmt::format("{}.{}", path, key);
}

template <class T>
void take_plain(const Json& json, const std::string& path, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    expect(json.is_string(), path, "a string");
    value = json.get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    expect(json.is_boolean(), path, "true or false");
    value = json.get<bool>();
  } else if constexpr (std::is_floating_point_v<T>) {
    expect(json.is_number() && std::isfinite(json.get<double>()), path, "a number");
    value = json.get<double>();
  } else {
    constexpr const char* whole = "a whole number in range";
    expect(json.is_number_integer(), path, whole);
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    expect(fits, path, whole);
    value = json.get<T>();
  }
}

template <class T>
void take(const Json& json, const std::string& path, T& value) {
  if constexpr (is_plain<T>) {
    take_plain(json, path, value);
  } else if constexpr (is_optional<T>) {
    if (!json.is_null()) take(json, path, value.emplace());
  } else if constexpr (is_vector<T>) {
    expect(json.is_array(), path, "an array");
    for (const Json& element : json) take(element, path + "[]", value.emplace_back());
  } else if constexpr (is_map<T>) {
    expect(json.is_object(), path, "an object");
    for (const auto& [key, element] : json.items()) take(element, below(path, key), value[key]);
  } else {
    expect(json.is_object(), path, "an object");
    each_fact(value,
              [&](const char* key, auto& member, Alike = Alike::no, Absence = Absence::left_out) {
                const auto found = json.find(key);
                if (found != json.end()) take(*found, below(path, key), member);
              });
  }
}

struct FlatFact {
  std::string path;
  Json value;
  bool may_be_unknown = false;

  bool is_unknown() const { return may_be_unknown && value.is_null(); }
};

// Every fact that must be equal for a purpose, in the order of the declarations.
template <class T>
void flatten(const std::string& path, const T& value, Alike alike, Absence absence,
             std::vector<FlatFact>& facts) {
  if (alike == Alike::no) return;
  if constexpr (is_plain<T> || is_optional<T> || is_vector<T>) {
    facts.push_back({path, json_of(value), absence == Absence::unknown});
  } else if constexpr (is_map<T>) {
    for (const auto& [key, element] : value) {
      flatten(below(path, key), element, alike, absence, facts);
    }
  } else {
    each_fact(value, [&](const char* key, const auto& member, Alike own = Alike::no,
                         Absence own_absence = Absence::left_out) {
      flatten(below(path, key), member, alike & own, own_absence, facts);
    });
  }
}

std::vector<FlatFact> flattened(const RunFacts& run, Alike purpose) {
  std::vector<FlatFact> facts;
  flatten("", run, purpose, Absence::left_out, facts);
  return facts;
}

std::map<std::string, FlatFact> by_path(const std::vector<FlatFact>& facts) {
  std::map<std::string, FlatFact> known;
  for (const FlatFact& fact : facts) known.emplace(fact.path, fact);
  return known;
}

Json parse(const fs::path& path) {
  const auto refuse_depth = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth <= deepest) return true;
    throw FileError(fmt::format("{}: nested too deeply", path.string()));
  };
  Json json = Json::parse(read_file(path), refuse_depth, false);
  if (!json.is_object() || !json.contains("schema_version") ||
      !json["schema_version"].is_number_integer()) {
    throw FileError(fmt::format("{}: not a gapmeter run: no schema_version", path.string()));
  }
  const auto version = json["schema_version"].get<long long>();
  if (version < oldest_readable_schema || version > schema_version) {
    throw FileError(fmt::format("{}: schema version {}, but this build reads versions {} to {}",
                                path.string(), version, oldest_readable_schema, schema_version));
  }
  return json;
}

// What a user's files are called need not be UTF-8, as JSON is: such bytes are replaced.
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

void write_json(const fs::path& path, const Json& json) {
  write_file(path, json_text(json, 2) + "\n");
}

template <class Compute>
auto naming(const fs::path& path, const Compute& compute) {
  try {
    return compute();
  } catch (const std::invalid_argument& error) {
    throw FileError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

nlohmann::json to_json(const RunFacts& facts) { return json_of(facts); }

RunFacts run_facts_of(const nlohmann::json& json) {
  expect(json.is_object(), "run.json", "an object");
  RunFacts facts;
  take(json, "", facts);
  return facts;
}

RunFacts read_run_facts(const fs::path& dir) {
  std::error_code error;
  if (!fs::is_directory(dir, error)) {
    throw FileError(fmt::format("{}: not a directory with a run's results", dir.string()));
  }
  const fs::path path = dir / "run.json";
  return naming(path, [&] { return run_facts_of(parse(path)); });
}

void write_run_facts(const fs::path& dir, const RunFacts& facts) {
  write_json(dir / "run.json", to_json(facts));
}

void change_run_facts(const fs::path& dir, const RunFacts& before, const RunFacts& after) {
  const fs::path path = dir / "run.json";
  write_json(path, parse(path).patch(Json::diff(to_json(before), to_json(after))));
}

RunContext read_context(const fs::path& dir) {
  const RunFacts facts = read_run_facts(dir);
  return naming(dir / "run.json", [&] { return context_of(facts); });
}

std::vector<std::string> differences_between(const RunFacts& before, const RunFacts& after,
                                             Alike purpose, const std::string& word) {
  const auto earlier = flattened(before, purpose), later = flattened(after, purpose);
  const auto known = by_path(earlier), wanted = by_path(later);
  std::vector<std::string> differences;
  const auto tell = [&](const FlatFact& one, const FlatFact& other) {
    if (one.value == other.value || one.is_unknown() || other.is_unknown()) return;
    differences.push_back(
        fmt::format("{}: {}, {} {}", one.path, json_text(one.value), word, json_text(other.value)));
  };
  for (const FlatFact& fact : earlier) {
    const auto other = wanted.find(fact.path);
    tell(fact, other == wanted.end() ? FlatFact{.path = fact.path} : other->second);
  }
  for (const FlatFact& fact : later) {
    if (!known.contains(fact.path)) tell({.path = fact.path}, fact);
  }
  return differences;
}

}  // namespace gapmeter
