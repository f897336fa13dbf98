// move_clone: n records of eight doubles are handed to a function: borrowed, moved or cloned.
//
// Timed: handing the records over and reading the last number; for `move` also taking the records
// back, for `clone` also freeing the copy. Not timed: making the records. Serves the claim that
// moving beats cloning (C16).
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

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "n records handed over, moved or cloned",
          .item = "record",
          .claims = {"C16"},
          .sizes = "16:64Ki:16x",
          .inputs = {input<double>("x", uniform{-1, 1}, rows_of(record_size))},
          .outputs = {output<double>("last", Tolerance{}, scalar)},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "borrow",
          .baseline = "reference",
          .native = {native<make_records, borrow_records>("borrow"),
                     native<make_records, move_records>("move"),
                     native<make_records, clone_records>("clone")}};
}
