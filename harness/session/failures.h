// What went wrong with the variants, each told once and not once for each size.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/model/cell.h"
#include "harness/model/measurement.h"

namespace gapmeter {

// "sum python/numpy n=16: error: ImportError: …", of one size.
std::string failure_line(const CellKey& cell, const Measurement& measurement);

class Failures {
 public:
  // Counts a cell, whatever its status. True for the first size at which the variant ends with a
  // status that is not ok.
  bool add(const CellKey& cell, const Measurement& measurement);

  // A line for each variant and status at `least` sizes or more, in the order in which they came:
  // "sum python/numpy n=16,64: error at 2 of 5 sizes: …", with the reason at the first of them.
  std::vector<std::string> lines(std::size_t least = 1) const;

 private:
  struct Failure {
    CellKey cell;  // the first
    Measurement measurement;
    std::vector<std::size_t> sizes{};
  };
  std::vector<Failure> failures_;
  std::map<std::tuple<std::string, std::string, Status>, std::size_t> places_;  // in failures_
  std::map<std::pair<std::string, std::string>, std::set<std::size_t>> counted_;
};

}  // namespace gapmeter
