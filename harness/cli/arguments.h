// Options that several commands understand, declared once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/analysis/comparison.h"
#include "harness/cli/option_set.h"
#include "harness/measure/plan.h"
#include "harness/session/run_options.h"

namespace gapmeter {

// --suite.
void add_suite(OptionSet& set, std::string& suite);
// --sizes.
void add_sizes(OptionSet& set, std::vector<std::size_t>& sizes);
// --kernels, --variants, --sizes.
void add_selection(OptionSet& set, Selection& selection);
// --command, --input, --shell, --name, --tolerance: the commands of a command line, each with a
// name in front, and how they go with its selection.
void add_commands(OptionSet& set, Commands& commands, const Selection& selection);
// --server, --request: the servers of a command line, and how they go with its selection. After
// add_commands, whose --name and --tolerance are theirs, too.
void add_servers(OptionSet& set, Servers& servers, const Commands& commands,
                 const Selection& selection);
// --connections, --schedule, --slo, --rate: how servers are asked and what is wanted of them.
void add_load(OptionSet& set, RunOptions& options);
// The same of `ab`: two commands, or none, which need no names.
void add_pair_of_commands(OptionSet& set, Commands& commands, const Selection& selection);
// --threads.
void add_threads(OptionSet& set, std::vector<int>& threads);
// --timeout, --seed.
void add_execution(OptionSet& set, double& timeout_s, std::uint64_t& seed);
// --mem-limit.
void add_memory(OptionSet& set, std::optional<std::int64_t>& memory_bytes);
// --huge-pages.
void add_huge_pages(OptionSet& set, HugePages& huge_pages);
// --against.
void add_against(OptionSet& set, Against& against);
// --pin.
void add_pin(OptionSet& set, std::optional<int>& cpu);
// --threshold, --confidence, --format.
void add_verdict(OptionSet& set, VerdictRule& rule, OutputFormat& format);
// What every command that makes a run understands: how thorough it is, and all of the above.
void add_measuring(OptionSet& set, RunOptions& options);

}  // namespace gapmeter
