// A server under load, as passes need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "harness/load/open_loop.h"
#include "harness/model/measurement.h"
#include "harness/model/task.h"
#include "harness/worker/running_server.h"

namespace gapmeter {

// Of what it is asked and what is right: as the inputs' digest in rows.
std::string digest_text(const ServerTask& task);

// Takes this thread to the client's processors.
void become_client(const ServerTask& task);

// An open loop at the task's rate for at least `least_s`, after a warm-up. Throws
// std::runtime_error if the server ends meanwhile, or if more than a hundredth of its answers are
// wrong at a rate that it should be able to serve.
OpenLoopResult load_server(RunningServer& server, const Task& task, double least_s,
                           std::int64_t least_requests);

// What a server was asked, what it answered and what that cost it.
struct ServerRound {
  OpenLoopResult result{};
  Load load{};
  ProcessTimes processes{};
};

// Who shares a machine takes the client's processor for milliseconds now and then. A round of
// `rate` requests a second in which that made the client late is asked again, up to four times in
// all: chosen by how the client kept its schedule, which it knows of itself, and not by what the
// server answered. The last one counts. Precondition: `ask` gives rounds with an answer.
ServerRound ask_until_in_time(std::size_t rate, const std::function<ServerRound()>& ask);

// How many requests a second it answers at most: in a closed loop over so many connections as keep
// any server busy. Throws as load_server does.
double find_capacity(RunningServer& server, const ServerTask& task);

// What is known of a server before a plan is made: its answer, and its capacity where that is
// wanted. Nothing is thrown: the failure tells what went wrong.
ServerDescription describe_server(const ServerTask& task);

}  // namespace gapmeter
