// Servers as users write them on a command line, `uvicorn app:app --port {port}`, what they are
// asked, and how.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/enum_names.h"
#include "harness/kernel/service.h"
#include "harness/model/command_spec.h"

namespace gapmeter {

// What a server's command may say: the port where it is to listen, how many processors it is given,
// and, of servers that a kernel declares, the run's Python interpreter.
inline constexpr std::array<std::string_view, 3> server_placeholders{"{port}", "{threads}",
                                                                     "{python}"};

// When requests leave: at equal distances, or at random, as those of many independent users do.
enum class Schedule : std::uint8_t { poisson, constant };
inline constexpr EnumNames<Schedule, 2> schedule_names{
    {{Schedule::poisson, "poisson"}, {Schedule::constant, "constant"}}};

struct LoadSpec {
  int connections = 256;  // at most
  Schedule schedule = Schedule::poisson;
  double timeout_s = 10;  // of a request, from the moment at which it was to be sent

  bool operator==(const LoadSpec&) const = default;
};

// What a request is in a file: an .http file has a request line, headers, an empty line and the
// body; anything else is the JSON body of a POST to /. Throws std::invalid_argument, with what to
// do.
HttpRequest parse_request(std::string_view text, bool is_http);

// As it is sent, with Host, Content-Length and a connection that stays open.
std::string to_text(const HttpRequest& request, int port);

// What a worker needs to know to start a server and to ask it: {port} alone is still to be filled
// in. The offered rate is the task's n.
struct ServerTask {
  CommandSpec command{};
  HttpRequest request{};
  // The body that is right; empty: whatever it answers, as of the reference.
  std::optional<std::string> answer{};
  double tolerance = 0;  // of numbers in an answer, relative
  double start_s = 30;   // that it may take until its first right answer
  LoadSpec load{};
  double least_s = 2;                  // of a round under load,
  std::int64_t least_requests = 1000;  // and that it has
  double memory_s = 2;                 // how long it is asked in a memory pass
  double saturation_s = 1;             // and to find its saturation
  double capacity_per_s = 0;           // that was found; 0: not yet
  // Processors of each; empty: any. The same where there are too few.
  std::vector<int> server_cpus{}, client_cpus{};
  bool are_shared = false;          // client and server have the same ones
  bool counts_collections = false;  // ServerVariant

  bool operator==(const ServerTask&) const = default;
};

// What is known of a server before a plan is made.
struct ServerDescription {
  std::string failure{};      // why nothing is
  std::string answer{};       // to its first request
  double capacity_per_s = 0;  // in a closed loop; 0: was not asked for
};

}  // namespace gapmeter
