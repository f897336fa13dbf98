// What a kernel of servers declares: programs that listen and answer the same HTTP request. Such a
// kernel has no functions of its own; its n is the offered rate, in requests a second.
//
//   GAPMETER_KERNEL() {
//     return {.title = "…", .item = "request", .reference = "beast", .baseline = "fastapi",
//             .service = Service{.request = {.target = "/predict", .body = R"({"x":[1,2]})"},
//                                .answer = R"({"y":3})",
//                                .tolerance = 1e-5,
//                                .servers = {{.lane = "python", .name = "fastapi", …}, …}}};
//   }
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gapmeter {

// What every server of a kernel is asked, again and again. Host and Content-Length are added when
// it is sent.
struct HttpRequest {
  std::string method = "POST";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers{
      {"Content-Type", "application/json"}};  // in their order
  std::string body{};

  bool operator==(const HttpRequest&) const = default;
};

// A variant that is a server.
struct ServerVariant {
  std::string lane;  // python, native, rust
  std::string name;
  // What starts it, split as a shell would. {port} is where it has to listen, on 127.0.0.1;
  // {threads} the number of processors that it is given; {python} the interpreter of the run.
  std::string command;
  // Python packages that {python} must be able to import; without one the variant is skipped, with
  // the reason. Their versions are recorded in run.json.
  std::vector<std::string> requires_packages{};
  std::string missing{};         // why it is not in this build; it is then skipped
  bool every_processor = false;  // {threads} is the machine's processors, without the client's if
                                 // there are four or more; else 1
  bool quick = false;            // one of those that quick runs have
  // Answers GET /collections with the runs of Python's collector since it was started, if the
  // environment variable GAPMETER_COLLECTIONS is set: {"count": [700, 60, 5], "total_ns": 12345,
  // "longest_ns": 678}.
  bool counts_collections = false;
};

struct Service {
  HttpRequest request{};
  std::string answer{};  // the body that is right
  // How far numbers in an answer may be from those in the right one, relatively, of a list to its
  // largest number; everything else in it must be equal, as JSON where both are.
  double tolerance = 0;
  std::vector<ServerVariant> servers{};
};

}  // namespace gapmeter
