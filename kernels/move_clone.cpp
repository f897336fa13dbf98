// move_clone: n records of eight doubles are handed to a function: cloned, borrowed or moved.
//
// Timed: handing the records over and reading the last number; for `move` also taking the records
// back, for clones also freeing the copy. Not timed: making the records. The main job is a clone of
// each record; the other jobs are less work. A `shallow` copy is a new list of the same counted
// records, a `flat` one a single copy of numbers that lie in one piece. Serves the claim that
// moving beats cloning (C16).
#include <memory>
#include <utility>
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Record = std::vector<double>;
using Records = std::vector<Record>;
constexpr std::size_t record_size = 8;

Records make_records(std::span<const double> x) {
  Records records;
  for (std::size_t i = 0; i < x.size(); i += record_size) {
    const auto record = x.subspan(i, record_size);
    records.emplace_back(record.begin(), record.end());
  }
  return records;
}

// Not inlined: the callee must not know that its caller keeps the records.
[[gnu::noinline]] std::pair<double, Records> take_over(Records records) {
  const double last = records.back().back();
  return {last, std::move(records)};
}
[[gnu::noinline]] double look_at(const Records& records) { return records.back().back(); }

double borrow_records(const Records& records) { return look_at(records); }

double move_records(Records& records) {
  auto [last, returned] = take_over(std::move(records));
  records = std::move(returned);
  return last;
}

double clone_records(const Records& records) { return take_over(records).first; }

// As a list holds them: counted, so that a copy of the list shares them.
using SharedRecords = std::vector<std::shared_ptr<const Record>>;

SharedRecords share_records(std::span<const double> x) {
  SharedRecords shared;
  for (Record& record : make_records(x)) {
    shared.push_back(std::make_shared<const Record>(std::move(record)));
  }
  return shared;
}

[[gnu::noinline]] double take_shared(SharedRecords records) {  // NOLINT: owned on purpose
  return records.back()->back();
}

double clone_pointers(const SharedRecords& records) { return take_shared(records); }

[[gnu::noinline]] double take_numbers(Record numbers) {  // NOLINT: owned on purpose
  return numbers.back();
}

double clone_numbers(std::span<const double> x) { return take_numbers({x.begin(), x.end()}); }

// Whatever is handed over, it is as much work as for a single record.
gapmeter::Cost constant(std::size_t /*n*/) { return {}; }

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "n records handed over: cloned, borrowed or moved",
          .item = "record",
          .claims = {"C16"},
          .sizes = "16:64Ki:16x",
          .inputs = {input<double>("x", uniform{-1, 1}, rows_of(record_size))},
          .outputs = {output<double>("last", Tolerance{}, scalar)},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .job_costs = {{"borrow", constant}, {"move", constant}},
          .reference = "clone",
          .baseline = "comprehension",
          .native = {native<make_records, clone_records>("clone"),
                     native<make_records, borrow_records>("borrow", "borrow"),
                     native<make_records, move_records>("move", "move"),
                     native<share_records, clone_pointers>("shallow", "shallow"),
                     native<clone_numbers>("flat", "flat")}};
}
