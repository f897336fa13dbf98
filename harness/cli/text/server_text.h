// What servers cost, in words.
#pragma once

#include <string>
#include <vector>

#include "harness/analysis/server_costs.h"
#include "harness/cli/text/look.h"

namespace gapmeter {

// "serve python/fastapi: 500 requests/s with a p99 of 4.20 ms (within 10.0 ms; at most 812/s), in
// 61 MiB (42 MiB idle), 1.21 ms of processor time each."
std::string sentence_of(const ServerCost& cost);

// A sentence for each server, and of each kernel with a wanted rate how many instances it takes:
// "serve: for 5k requests/s with a p99 within 10.0 ms: 10 of python/fastapi, 1 of native/beast."
std::string format_server_costs(const std::vector<ServerCost>& costs, const Look& look);

}  // namespace gapmeter
