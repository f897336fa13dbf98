// Workers that are shell scripts, which take turns as real ones do and leave a trace of them.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>

#include "harness/base/channel.h"
#include "harness/measure/turns.h"
#include "harness/protocol/messages.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter::test {

// The scripts run in a common directory and have:
//   $letter  their name
//   step     says that the script is ready and waits for its $word; fails unless that is to go on
//   slice    a step, of which the script leaves its letter in the file `turns`
//   answer   ends it well with a reason, in which the shell expands variables
class ScriptWorkers {
 public:
  const WorkerSettings& settings(const std::string& letter, const std::string& script,
                                 double timeout_s = 30) {
    const auto path = dir_ / letter;
    std::ofstream(path) << prelude() << "letter=" << letter << "\n" << script << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    settings_.push_back({.native_command = {path.string(), worker_argument},
                         .engines = {{.label = "", .command = {"/nowhere/python"}}},
                         .python_dir = "/python",
                         .timeout_s = timeout_s});
    return settings_.back();
  }
  // To change what `settings` returned.
  WorkerSettings& latest() { return settings_.back(); }

  static Task task() {
    return {.pass = Pass::time,
            .kernel = "sum",
            .variant = variant("native/simd"),
            .n = 4,
            .timing = {.plan = SlicePlan{.calls = 3, .batches = 2}}};
  }

  std::string turns() const { return file("turns"); }
  std::string file(std::string_view name) const {
    return std::filesystem::exists(dir_ / name) ? contents_of(dir_ / name) : "";
  }
  void remove(std::string_view name) const { std::filesystem::remove(dir_ / name); }

 private:
  static std::string prelude() {
    return "#!/bin/sh\n"
           "cd $(dirname $0)\n"
           "ulimit -c 0\n"
           "request=$(cat <&3)\n"
           "nonce=$(echo \"$request\" | sed 's/.*\"nonce\":\\([0-9]*\\).*/\\1/')\n"
           "had=0\n"
           "step() { printf + >&4; word=$(head -c 1 <&5); test \"$word\" = +; }\n"
           "slice() { step && had=$((had+1)) && printf $letter >>turns; }\n"
           "answer() { printf '{\"protocol\":" +
           std::to_string(protocol_version) +
           ",\"nonce\":%s,\"status\":\"ok\",\"reason\":\"%s\",\"input_digest\":\"\","
           "\"prepare_s\":0,\"timed_s\":0,\"metrics\":{}}' $nonce \"$1\" >&4; }\n";
  }

  TempDir dir_;
  std::deque<WorkerSettings> settings_;  // stay where they are: entrants point to them
};

// A script that takes as many slices as it is let, at most `count`, and then does this.
inline std::string slices(int count, const std::string& then = "answer \"$had slices\"") {
  return "for i in $(seq " + std::to_string(count) + "); do slice || break; done; " + then;
}

// What workers A, B, C, … leave in `turns` if each takes so many slices.
inline std::string turns_of(std::uint64_t key, const std::vector<int>& slices) {
  std::string letters;
  bool any = true;
  for (int turn = 0; any; ++turn) {
    any = false;
    for (const std::size_t i : turn_order(key, turn, slices.size())) {
      if (turn >= slices[i]) continue;
      letters += static_cast<char>('A' + static_cast<char>(i));
      any = true;
    }
  }
  return letters;
}

}  // namespace gapmeter::test
