#include "harness/store/server_columns.h"

#include "harness/store/column.h"

namespace gapmeter {
namespace {

std::vector<Column<ServerCost>> make_server_schema() {
  using Row = ServerCost;
  constexpr const char* what = "as in summary.csv";
  constexpr const char* memory =
      "memory of all its processes (Pss): idle, and at most under load at that rate";
  return {
      {"kernel", what, [](const Row& r) { return r.kernel; }},
      {"variant", what, [](const Row& r) { return to_string(r.variant); }},
      {"lane", what, [](const Row& r) { return std::string(r.variant.lane.name()); }},
      {"threads", what, [](const Row& r) { return text_of(r.threads); }},
      {"objective_ns", "the p99 that is wanted (`--slo`)",
       [](const Row& r) { return text_of(r.objective_ns); }},
      {"capacity_per_s", "requests a second at most, in a closed loop",
       [](const Row& r) { return text_of(r.capacity_per_s); }},
      {"rate_per_s",
       "the highest measured rate up to which every p99 was within the objective; empty if not "
       "even "
       "the lowest was",
       [](const Row& r) { return text_of(r.rate_per_s); }},
      {"latency_p99_ns", "at that rate", [](const Row& r) { return text_of(r.latency_p99_ns); }},
      {"idle_bytes", memory, [](const Row& r) { return text_of(r.idle_bytes); }},
      {"loaded_bytes", memory, [](const Row& r) { return text_of(r.loaded_bytes); }},
      {"processor_s", "processor time of a request at that rate, in it and in the system",
       [](const Row& r) { return text_of(r.processor_s); }},
      {"requests_per_gib", "that rate over the memory under load",
       [](const Row& r) { return text_of(r.per_gib); }},
      {"requests_per_core", "requests for which a core is busy a second: 1 over processor_s",
       [](const Row& r) { return text_of(r.per_core); }},
      {"wanted_per_s", "the rate that is needed (`--rate`)",
       [](const Row& r) { return text_of(r.wanted_per_s); }},
      {"instances", "so many of these servers, each on such a machine, have that rate",
       [](const Row& r) { return text_of(r.instances); }}};
}

const std::vector<Column<ServerCost>>& server_schema() {
  static const std::vector<Column<ServerCost>> columns = make_server_schema();
  return columns;
}

}  // namespace

const Fields& server_columns() {
  static const Fields columns = names_of(server_schema());
  return columns;
}

Fields to_fields(const ServerCost& row) { return write_all(server_schema(), row); }

std::vector<ColumnMeaning> server_meanings() { return meanings_of(server_schema()); }

}  // namespace gapmeter
