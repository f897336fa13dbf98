// run.json: read, written and compared by the declarations of model/run_facts.h.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/model/run_facts.h"

namespace gapmeter {

nlohmann::json to_json(const RunFacts& facts);
// Absent keys keep their defaults in RunFacts; keys of newer builds are ignored. Throws
// std::invalid_argument, naming the key, for values of the wrong type.
RunFacts run_facts_of(const nlohmann::json& json);

// The contents of a directory's run.json. Throws FileError if the directory is not a run's, is of
// another schema version, or has values of the wrong type.
RunFacts read_run_facts(const std::filesystem::path& dir);
// Makes or replaces the file. Throws FileError.
void write_run_facts(const std::filesystem::path& dir, const RunFacts& facts);
// Changes the facts in a run's file that differ, and nothing else: what a run of another build left
// out stays absent, and keys that this build does not know stay. Throws as read_run_facts does.
void change_run_facts(const std::filesystem::path& dir, const RunFacts& before,
                      const RunFacts& after);

// What statistics need of run.json; throws as read_run_facts does.
RunContext read_context(const std::filesystem::path& dir);

// The differences between two runs in facts that must be equal for this purpose, a line each:
// `machine.cpu: "A", WORD "B"`.
std::vector<std::string> differences_between(const RunFacts& before, const RunFacts& after,
                                             Alike purpose, const std::string& word);

}  // namespace gapmeter
