// What a run will measure, decided before anything is started: a pure function of the catalog and
// the options.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/model/rows.h"
#include "harness/measure/catalog.h"
#include "harness/model/against.h"
#include "harness/model/measurement.h"
#include "harness/model/task.h"

namespace gapmeter {

struct Selection {
  std::vector<std::string> kernels{};  // patterns; empty: all
  // Of those alone that have these names; it is no error if one is not here.
  std::optional<std::set<std::string>> among{};
  std::vector<std::string> variants{};        // patterns; empty: all
  std::vector<std::size_t> sizes{};           // empty: the kernel's own, within these limits:
  std::optional<std::size_t> most_sizes{};    //   at most so many, evenly thinned out
  std::optional<std::size_t> largest_work{};  //   none with more items in a call, unless all have
  // Leave out variants that take long to prepare, and measure memory only at the largest of the
  // kernel's own sizes: at small ones it is indistinguishable from noise.
  bool quick = false;
  std::vector<std::size_t> probes{};  // instead of the sizes, up to their largest
  std::vector<int> threads{};         // of kernels that use threads; empty: 1, 2, 4, … and
  int processors = 1;                 //   this many
};

struct PlannedVariant {
  VariantId id;
  int threads = 1;
  std::string job{};  // empty: the kernel's main one
  Cost cost{};        // of a call
  // Known without measuring: larger than the variant's max_size, a module that can't be imported.
  std::optional<Measurement> settled{};
  // The variant is one.
  std::optional<CommandTask> command{};
  std::optional<ServerTask> server{};
  bool measures_memory = true;  // in the memory pass of its group
};

// The variants of one kernel at one n, each at every number of threads: what is interleaved and
// compared.
struct CellGroup {
  std::string kernel;
  std::size_t n = 0;
  std::size_t working_set_bytes = 0;
  double single_calls = 1;  // times the plan's single_calls_ns
  // Those that come before the rounds, once for each cell; nothing is timed in them.
  std::vector<Pass> untimed{Pass::verify, Pass::memory};
  std::optional<int> rounds{};  // at most; empty: as many as the plan has
  std::vector<PlannedVariant> variants{};
};

struct Plan {
  std::uint64_t seed = 1;
  int rounds = 0;  // at most
  // Wanted relative half-width; reaching it ends a cell's rounds.
  std::optional<double> precision{};
  TimingSpec timing{};
  Against against{};                // which gaps count for the precision
  std::vector<CellGroup> groups{};  // kernel by kernel, sizes ascending
};

// A cell has at least so many rounds before its intervals can end them, and these were narrow
// already so many rounds before.
inline constexpr int least_precise_rounds = 8;
inline constexpr int confirming_rounds = 2;

// At most so many (two or more) of the sizes; the smallest and the largest are always among them.
std::vector<std::size_t> thin_out(const std::vector<std::size_t>& sizes, std::size_t most);

// The sizes at which a kernel will run.
std::vector<std::size_t> sizes_for(const Kernel& kernel, const Selection& selection);

// The numbers of threads that a kernel is measured with.
std::vector<int> threads_for(const Kernel& kernel, const Selection& selection);

// Throws UnknownName for patterns that select nothing.
std::vector<CellGroup> plan_groups(const Catalog& catalog, const Selection& selection);

CellKey cell_of(const CellGroup& group, const PlannedVariant& planned);

// How many rounds a group has at most.
int rounds_of(const Plan& plan, const CellGroup& group);

// The tasks of one variant: the untimed passes and the rounds.
std::size_t tasks_per_variant(const Plan& plan, const CellGroup& group);

// Equal for plans that measure the same in the same order.
std::uint64_t digest_of(const Plan& plan);

// What the order of the turns of a group's round is made from: another one in each round.
std::uint64_t round_key(const Plan& plan, const CellGroup& group, int round);

}  // namespace gapmeter
