// What waiting in line alone does to latencies: the simplest server that there is, for real ones to
// be held against.
#pragma once

namespace gapmeter {

// The quantile q of the time from a request's arrival to its answer where requests come at random
// (Poisson), one server takes equally long for each, and it is busy for this share of the time
// (M/D/1; Erlang, 1909). In units of what it takes for one request, hence at least 1.
// Preconditions: load in (0, 0.8], q in [0, 0.999]; beyond, the terms cancel too much for a double.
double queue_quantile(double load, double q);

}  // namespace gapmeter
