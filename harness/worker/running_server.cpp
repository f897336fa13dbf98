#include "harness/worker/running_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "harness/base/text.h"
#include "harness/load/connections.h"
#include "harness/worker/answer_check.h"
#include "harness/worker/command_call.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// One that nobody listens on now. Another program may take it before the server does, which is why
// a server that finds it taken is started once more.
int free_port() {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool is_found = file >= 0 &&
                        bind(file, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                        getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  if (!is_found) throw std::system_error(error, std::generic_category(), "finding a free port");
  return ntohs(address.sin_port);
}

// One request that is waited for.
class Question final : public RequestListener {
 public:
  // Throws std::runtime_error if there is no answer in time.
  HttpResponse ask(int port, const std::string& request, bool has_body, double timeout_s) {
    const Target target{port, request, has_body, [this](const HttpResponse& response) {
                          response_ = response;
                          return std::string();
                        }};
    Connections connections(target, 1, *this);
    connections.send(0);
    const Steady::time_point start = Steady::now();
    constexpr std::int64_t longest_ns = 50'000'000;
    while (!is_over_ && seconds_since(start) < timeout_s) connections.wait(longest_ns);
    if (!is_over_) problem_ = fmt::format("it did not answer within {:g} s", timeout_s);
    if (!problem_.empty()) throw std::runtime_error(problem_);
    return std::move(response_);
  }

  void answered(std::size_t /*request*/) override { is_over_ = true; }
  void failed(std::size_t /*request*/, const std::string& reason) override {
    is_over_ = true;
    problem_ = reason;
  }

 private:
  bool is_over_ = false;
  HttpResponse response_{};
  std::string problem_{};
};

// A server that answers "still loading" is asked for so long; what it says then is wrong. One that
// listens elsewhere might still listen here.
constexpr double longest_wrong_s = 1;
constexpr double longest_elsewhere_s = 3;

bool says_port_is_taken(std::string words) {
  std::transform(words.begin(), words.end(), words.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return words.find("in use") != std::string::npos || words.find("eaddrinuse") != std::string::npos;
}

std::string text_of(const Listener& listener) {
  const bool is_ipv6 = listener.address.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_ipv6 ? "[{}]:{}" : "{}:{}"), listener.address, listener.port);
}

}  // namespace

RunningServer::RunningServer(const ServerTask& task, const Environment& environment) : task_(task) {
  constexpr int most_attempts = 3;
  const Steady::time_point began = Steady::now();
  for (int attempt = 1;; ++attempt) {
    start(environment);
    if (wait_for_answer()) break;
    const std::string how = program_->how_it_ended();
    if (attempt == most_attempts || !says_port_is_taken(how)) {
      throw std::runtime_error(fmt::format("the server ended before it answered: it {}", how));
    }
  }
  start_s_ = seconds_since(began);
}

void RunningServer::start(const Environment& environment) {
  program_.reset();  // before there is another
  port_ = free_port();
  const CommandSpec command = filled_in(task_.command, "{port}", std::to_string(port_));
  program_ =
      std::make_unique<SupervisedProgram>(program_of(command), task_.server_cpus, environment);
  target_ = {.port = port_,
             .request = to_text(task_.request, port_),
             .has_body = task_.request.method != "HEAD",
             .problem_of = [this](const HttpResponse& response) { return problem_of(response); }};
}

// False if the program has ended instead.
bool RunningServer::wait_for_answer() {
  const Steady::time_point start = Steady::now();
  // Since when it has answered wrongly, and listened where nobody asks: either may be a sign that
  // it is not ready.
  Steady::time_point wrong = Steady::time_point::max(), elsewhere = start;
  std::string last_problem;
  while (seconds_since(start) < task_.start_s) {
    if (program_->has_ended()) return false;
    try {
      if (is_listening()) {
        ask_first();
        return true;
      }
      last_problem.clear();
    } catch (const WrongResult& problem) {
      wrong = std::min(wrong, Steady::now());
      if (seconds_since(wrong) > longest_wrong_s) throw;
    } catch (const std::runtime_error& problem) {
      last_problem = problem.what();
    }
    is_refused_ = last_problem == refused_connection;
    if (where_instead().empty()) elsewhere = Steady::now();
    if (seconds_since(elsewhere) > longest_elsewhere_s) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error(why_silent(last_problem));
}

// Throws WrongResult if a success is not right.
void RunningServer::ask_first() {
  const Steady::time_point asked = Steady::now();
  const HttpResponse response =
      Question().ask(port_, target_.request, target_.has_body, task_.start_s);
  const std::string problem = problem_of(response);
  if (!problem.empty() && response.is_success()) throw WrongResult(problem);
  if (!problem.empty()) throw std::runtime_error(problem);
  answer_ = response.body;
  first_answer_s_ = seconds_since(asked);
}

// Not just whether somebody does: another run's server may have been given the same port, and its
// answers would be right.
bool RunningServer::is_listening() const {
  const std::vector<Listener> all = listeners_of(program_->processes());
  return std::any_of(all.begin(), all.end(), [this](const Listener& listener) {
    return listener.port == port_ && listener.takes_ipv4_loopback;
  });
}

// Empty if it listens where it should, or nowhere.
std::string RunningServer::where_instead() const {
  std::vector<std::string> places;
  for (const Listener& listener : listeners_of(program_->processes())) {
    if (listener.port == port_ && listener.takes_ipv4_loopback && !is_refused_) return "";
    places.push_back(text_of(listener));
  }
  return fmt::format("{}", fmt::join(places, ", "));
}

std::string RunningServer::why_silent(const std::string& last_problem) const {
  if (const std::string places = where_instead(); !places.empty()) {
    return fmt::format(
        "it listens on {} and is asked on 127.0.0.1:{}: let it listen there, over IPv4, as in "
        "--host 127.0.0.1 --port {{port}}{}",
        places, port_, last_output());
  }
  return fmt::format("no right answer within {:g} s on 127.0.0.1:{}: {}{}", task_.start_s, port_,
                     last_problem.empty() ? "it does not listen" : last_problem, last_output());
}

std::string RunningServer::problem_of(const HttpResponse& response) const {
  if (!response.is_success()) return fmt::format("it answered with status {}", response.status);
  // Under load nearly every answer is the same, to the byte.
  if (!answer_.empty() && response.body == answer_) return "";
  const std::string& expected = task_.answer ? *task_.answer : answer_;
  if (!task_.answer && answer_.empty()) return "";  // the first of the reference
  return check_answer(expected, response.body, task_.tolerance).difference;
}

HttpResponse RunningServer::ask() {
  return Question().ask(port_, target_.request, target_.has_body, task_.load.timeout_s);
}

HttpResponse RunningServer::get(const std::string& path) {
  const HttpRequest request{.method = "GET", .target = path, .headers = {}};
  return Question().ask(port_, to_text(request, port_), true, task_.load.timeout_s);
}

void RunningServer::check_running() {
  if (!program_->has_ended()) return;
  throw std::runtime_error(
      fmt::format("the server ended under load: it {}", program_->how_it_ended()));
}

std::string RunningServer::last_output() const {
  const std::string words = program_->last_words();
  return words.empty() ? "" : "; its last output: " + words;
}

void RunningServer::end() {
  check_running();
  const SupervisedProgram::End end = program_->end();
  if (end.leaked.empty()) return;
  throw std::runtime_error(
      fmt::format("it left {} running when it ended: let the server end what it starts",
                  fmt::join(end.leaked, ", ")));
}

}  // namespace gapmeter
