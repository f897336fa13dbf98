// One function for each subcommand. Each returns the exit status, which is contract: 0 well, 1 a
// mismatch or failed cell, 2 wrong use or bad input, 130 interrupted. Bad input is thrown as
// UnknownName, ResultDirError or std::runtime_error with a sentence for the user.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/cli/interrupts.h"
#include "harness/cli/options.h"
#include "harness/results/result_dir.h"
#include "harness/run/catalog.h"
#include "harness/run/machine_use.h"
#include "harness/run/worker_process.h"

namespace gapmeter {

struct Invocation {
  std::vector<std::string> arguments;  // argv as given
  std::string python_dir;              // where the .py files of this program's kernels are
  const Interrupts& interrupts;
};

int run_list(const ListOptions& options, const Invocation& invocation);
int run_run(const RunOptions& options, const Invocation& invocation);
int run_verify(const VerifyOptions& options, const Invocation& invocation);
int run_compare(const CompareOptions& options);
int run_ab(const AbOptions& options, const Invocation& invocation);
int run_doctor(const DoctorOptions& options, const Invocation& invocation);
int run_summarize(const SummarizeOptions& options);
int run_claims(const ClaimsOptions& options);
int run_reproduce(const ReproduceOptions& options, const Invocation& invocation);
// Goes on with one that was cut short, in the directory that it wrote to.
int resume_reproduce(const std::string& dir, const ReproduceOptions& options,
                     const Invocation& invocation);
int run_report(const ReportOptions& options);
int run_plot(const PlotOptions& options);

// The processor to pin workers to: the one wanted or, because the first takes most interrupts, the
// last that this process may use; -1 where the system does not tell. Throws UnknownName for one
// that it may not use.
int choose_cpu(const std::optional<int>& wanted);
// The most memory that a worker may have: what is wanted or, where the system tells, four fifths of
// what is free, so that no kernel can make the machine swap.
std::optional<std::int64_t> memory_limit(const std::optional<std::int64_t>& wanted);

// The workers of the program at a path: itself and its Python sibling. `python_dir` is still empty.
WorkerSettings workers_of(const std::string& program, const Invocation& invocation);

// The engine that runs the Python lane of these workers in a stock interpreter: a path, or a name
// to be found on PATH.
PythonEngine stock_engine(const WorkerSettings& workers, const std::string& interpreter);

// The workers of this build: this executable and its Python sibling. The first Ctrl-C ends them.
WorkerSettings default_workers(const Invocation& invocation);

// The kernels of this build joined with what the Python workers describe. One stock interpreter
// takes the embedded one's place as the Python lane; several run beside it, labelled by their
// version, and are added to the engines of `workers`.
Catalog load_catalog(WorkerSettings& workers, const std::vector<std::string>& interpreters = {});

// What a worker printed, under a line that names its job; ends with a line feed.
std::string log_entry(const std::string& title, const std::string& output);

// Appends entries to a file, which must outlive the workers.
std::function<void(const std::string&, const std::string&)> log_to(AppendFile& file);

// Warns when another run measures on this machine.
void warn_if_shared(const MachineUse& use);

// Prints each as "gapmeter: warning: …" to stderr.
void print_warnings(const std::vector<std::string>& warnings);

}  // namespace gapmeter
