// run.json as a struct: everything that a run's numbers depend on.
//
// Each fact is declared once, with its key, in each_fact: what reads, writes and compares run.json
// (store/run_json.h) visits these declarations, so that no key is written down a second time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/kernel/kernel.h"
#include "harness/model/against.h"
#include "harness/model/cell.h"
#include "harness/sys/environment.h"

namespace gapmeter {

// The cost of the embedded interpreter, relative to the stock one.
struct EmbeddingFacts {
  struct Cell {
    std::string kernel;
    std::string variant{};
    std::int64_t n = 0;
    std::optional<std::string> failure{};  // why there is no ratio
    std::optional<double> ratio{};         // embedded over stock
    std::optional<double> low{}, high{};   // its interval
  };
  std::optional<double> mean{};  // geometric
  std::vector<Cell> cells{};
};

struct EngineFacts {
  std::optional<std::string> engine{};  // embedded or stock
  std::optional<std::string> version{}, build{}, executable{}, link{};
  std::optional<std::string> numpy{}, numpy_blas{};  // empty without NumPy
  std::vector<std::string> warnings{};
  std::optional<EmbeddingFacts> embedding_penalty{};
};

// A command of a run: as it was written, the file that it ran, and a digest of that file and of
// those that the command names.
struct CommandFacts {
  std::string text{}, executable{}, digest{};
};

// A server of a run: its command, and what was found out about it before the plan was made.
struct ServerFacts {
  CommandFacts command{};
  std::optional<double> capacity_per_s{};         // absent: it could not be asked
  std::optional<std::string> failure{};           // why
  std::map<std::string, std::string> packages{};  // versions of the Python packages that it needs
};

// How the servers of a kernel were asked.
struct ServiceFacts {
  bool is_users = false;         // named on the command line; else declared by a kernel
  std::string request{};         // as it was sent, but for the port
  std::string answer{};          // that is right
  std::int64_t connections = 0;  // at most
  std::string schedule{};
  double timeout_s = 0;
  std::vector<std::int64_t> server_cpus{}, client_cpus{};
  std::map<std::string, ServerFacts> servers{};  // by variant
};

struct KernelFacts {
  std::string title{}, item{};
  std::vector<std::string> claims{};
  std::optional<std::string> reference{}, baseline{};  // variants
  std::optional<std::vector<Rung>> ladder{};
  std::optional<std::string> python_source{};  // a digest of its Python module
  // Of commands: by variant; what makes their input, and the digest of that by n.
  std::optional<std::map<std::string, CommandFacts>> commands{};
  std::optional<std::string> input{};
  std::optional<std::map<std::string, std::string>> input_digests{};
  std::optional<ServiceFacts> service{};  // of servers
};

// What the probes of a run read, of all cells with the same number of threads.
struct ProbeFacts {
  double best = 0;         // the reading of an undisturbed slice, in thousandths
  double undisturbed = 0;  // share of slices that were
  std::string readings{};  // a histogram of the slices' greater readings
};

// The suite that the kernels are of, and its state when the run began.
struct SuiteFacts {
  std::string name{}, directory{};
  std::optional<std::string> git_revision{};  // if git keeps it
  std::optional<bool> clean{};                // nothing in the directory differed from the revision
};

struct RunFacts {
  std::int64_t schema_version = 0;
  std::vector<std::string> command{};
  std::optional<std::string> started{}, ended{};
  std::optional<bool> interrupted{};
  std::optional<std::string> plan_digest{};
  std::uint64_t seed = 0;
  std::int64_t rounds = 0;
  std::int64_t round_ns = 0, batch_ns = 0, single_calls_ns = 0;
  std::optional<std::int64_t> slice_ns{};  // since schema version 3
  std::optional<double> budget_s{}, precision{};
  std::optional<std::string> against{};  // what gaps are against, where it was chosen
  // Of servers: the p99 that is wanted (--slo) and the rate that is needed (--rate).
  std::optional<double> objective_ns{}, wanted_per_s{};
  std::optional<double> timeout_s{};
  std::optional<std::int64_t> pinned_cpu{};
  std::optional<std::string> huge_pages{};  // of workers; absent where they could not be chosen
  bool measured_alone = true;
  std::map<std::string, ProbeFacts> probes{};  // by the number of threads
  std::map<std::string, std::string> worker_environment{};
  MachineFacts machine{};
  BuildFacts build{};
  std::optional<SuiteFacts> suite{};  // none: gapmeter's own kernels
  EngineFacts python{};
  std::map<std::string, EngineFacts> further_engines{};
  std::map<std::string, KernelFacts> kernels{};
};

// When a fact must be equal in two runs: for one to resume the other, or for their times to be
// compared. A nested fact counts only if the facts around it do, too.
enum class Alike : std::uint8_t { no = 0, to_resume = 1, to_compare = 2, always = 3 };
constexpr Alike operator&(Alike a, Alike b) {
  return static_cast<Alike>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}

// How the file shows an absent fact: not at all, or as null if it is a setting that a run may lack.
enum class Absence : std::uint8_t { left_out, null };

template <class Facts, class Type>
concept PossiblyConst = std::is_same_v<std::remove_const_t<Facts>, Type>;

// each_fact(facts, visit) calls visit(key, member, alike, absence) for every fact, in the order in
// which they are reported. `facts` may be const.
void each_fact(PossiblyConst<CacheFacts> auto& facts, auto&& visit) {
  visit("level", facts.level);
  visit("type", facts.type);
  visit("size_bytes", facts.size_bytes);
}

void each_fact(PossiblyConst<Roofline> auto& facts, auto&& visit) {
  visit("read_bytes_per_s", facts.read_bytes_per_s);
  visit("copy_bytes_per_s", facts.copy_bytes_per_s);
  visit("multiply_bytes_per_s", facts.multiply_bytes_per_s);
  visit("flops_per_s", facts.flops_per_s);
}

void each_fact(PossiblyConst<MachineFacts> auto& facts, auto&& visit) {
  visit("cpu", facts.cpu, Alike::always);
  visit("logical_cpus", facts.logical_cpus, Alike::to_compare);
  visit("caches", facts.caches, Alike::to_compare);
  visit("memory_bytes", facts.memory_bytes);
  visit("page_bytes", facts.page_bytes);
  visit("os", facts.os, Alike::to_compare);
  visit("kernel", facts.kernel, Alike::to_compare);
  visit("governor", facts.governor, Alike::to_compare);
  visit("turbo", facts.turbo, Alike::to_compare);
  visit("smt", facts.smt, Alike::to_compare);
  visit("aslr", facts.aslr);
  visit("transparent_huge_pages", facts.transparent_huge_pages, Alike::to_compare);
  visit("clock_source", facts.clock_source);
  visit("virtualized", facts.virtualized);
  visit("load", facts.load);
  visit("limits", facts.roofline);
}

void each_fact(PossiblyConst<BuildFacts> auto& facts, auto&& visit) {
  visit("compiler", facts.compiler, Alike::always);
  visit("flags", facts.flags, Alike::always);
  visit("build_type", facts.build_type, Alike::always);
  visit("native_instructions", facts.native_instructions, Alike::always);
  visit("vector_bits", facts.vector_bits);
  visit("features", facts.features);
  visit("rust_compiler", facts.rust_compiler, Alike::always);
  visit("rust_flags", facts.rust_flags, Alike::always);
  visit("rust_vector_bits", facts.rust_vector_bits);
  visit("rust_features", facts.rust_features);
  visit("git_revision", facts.git_revision, Alike::to_resume);
  visit("google_benchmark", facts.google_benchmark, Alike::to_resume);
  visit("highway", facts.highway, Alike::always);
  visit("openblas", facts.openblas, Alike::to_resume);
  visit("pybind11", facts.pybind11, Alike::to_resume);
  visit("python", facts.python, Alike::to_resume);
  visit("fmt", facts.fmt, Alike::to_resume);
  visit("assertions", facts.assertions, Alike::to_resume);
  visit("programs", facts.programs, Alike::to_resume);
}

void each_fact(PossiblyConst<EmbeddingFacts::Cell> auto& facts, auto&& visit) {
  visit("kernel", facts.kernel);
  visit("variant", facts.variant);
  visit("n", facts.n);
  visit("failure", facts.failure);
  visit("ratio", facts.ratio);
  visit("low", facts.low);
  visit("high", facts.high);
}

void each_fact(PossiblyConst<EmbeddingFacts> auto& facts, auto&& visit) {
  visit("mean", facts.mean, Alike::no, Absence::null);
  visit("cells", facts.cells);
}

void each_fact(PossiblyConst<EngineFacts> auto& facts, auto&& visit) {
  visit("engine", facts.engine, Alike::always);
  visit("version", facts.version, Alike::to_resume);
  visit("build", facts.build, Alike::always);
  visit("executable", facts.executable, Alike::to_resume);
  visit("link", facts.link, Alike::always);
  visit("numpy", facts.numpy, Alike::always);
  visit("numpy_blas", facts.numpy_blas, Alike::always);
  visit("warnings", facts.warnings, Alike::to_resume);
  visit("embedding_penalty", facts.embedding_penalty);
}

void each_fact(PossiblyConst<Rung> auto& facts, auto&& visit) {
  visit("rung", facts.name);
  visit("variant", facts.variant);
}

void each_fact(PossiblyConst<CommandFacts> auto& facts, auto&& visit) {
  visit("text", facts.text);
  visit("executable", facts.executable);
  visit("digest", facts.digest);
}

void each_fact(PossiblyConst<ServerFacts> auto& facts, auto&& visit) {
  visit("command", facts.command, Alike::to_resume);
  visit("capacity_per_s", facts.capacity_per_s, Alike::to_resume);
  visit("failure", facts.failure);
  visit("packages", facts.packages, Alike::to_resume);
}

void each_fact(PossiblyConst<ServiceFacts> auto& facts, auto&& visit) {
  visit("is_users", facts.is_users, Alike::to_resume);
  visit("request", facts.request, Alike::to_resume);
  visit("answer", facts.answer, Alike::to_resume);
  visit("connections", facts.connections, Alike::to_resume);
  visit("schedule", facts.schedule, Alike::to_resume);
  visit("timeout_s", facts.timeout_s, Alike::to_resume);
  visit("server_cpus", facts.server_cpus, Alike::to_resume);
  visit("client_cpus", facts.client_cpus, Alike::to_resume);
  visit("servers", facts.servers, Alike::to_resume);
}

void each_fact(PossiblyConst<KernelFacts> auto& facts, auto&& visit) {
  visit("title", facts.title, Alike::to_resume);
  visit("item", facts.item, Alike::to_resume);
  visit("claims", facts.claims, Alike::to_resume);
  visit("reference", facts.reference, Alike::to_resume);
  visit("baseline", facts.baseline, Alike::to_resume);
  visit("ladder", facts.ladder, Alike::to_resume);
  visit("python_source", facts.python_source, Alike::to_resume);
  visit("commands", facts.commands, Alike::to_resume);
  visit("input", facts.input, Alike::to_resume);
  visit("input_digests", facts.input_digests, Alike::to_resume);
  visit("service", facts.service, Alike::to_resume);
}

void each_fact(PossiblyConst<ProbeFacts> auto& facts, auto&& visit) {
  visit("best", facts.best);
  visit("undisturbed", facts.undisturbed);
  visit("readings", facts.readings);
}

void each_fact(PossiblyConst<SuiteFacts> auto& facts, auto&& visit) {
  visit("name", facts.name);
  visit("directory", facts.directory, Alike::to_resume);
  visit("git_revision", facts.git_revision);
  visit("clean", facts.clean);
}

void each_fact(PossiblyConst<RunFacts> auto& facts, auto&& visit) {
  visit("schema_version", facts.schema_version, Alike::to_resume);
  visit("command", facts.command);
  visit("started", facts.started);
  visit("ended", facts.ended);
  visit("interrupted", facts.interrupted);
  visit("plan_digest", facts.plan_digest, Alike::to_resume);
  visit("seed", facts.seed);
  visit("rounds", facts.rounds);
  visit("round_ns", facts.round_ns);
  visit("slice_ns", facts.slice_ns);
  visit("batch_ns", facts.batch_ns);
  visit("single_calls_ns", facts.single_calls_ns);
  visit("budget_s", facts.budget_s, Alike::no, Absence::null);
  visit("precision", facts.precision, Alike::no, Absence::null);
  visit("against", facts.against, Alike::to_resume);
  visit("objective_ns", facts.objective_ns);
  visit("wanted_per_s", facts.wanted_per_s);
  visit("timeout_s", facts.timeout_s, Alike::to_resume);
  visit("pinned_cpu", facts.pinned_cpu, Alike::to_resume);
  visit("huge_pages", facts.huge_pages, Alike::always);
  visit("measured_alone", facts.measured_alone);
  visit("probes", facts.probes);
  visit("worker_environment", facts.worker_environment, Alike::always);
  visit("machine", facts.machine, Alike::always);
  visit("build", facts.build, Alike::always);
  visit("suite", facts.suite, Alike::to_resume);
  visit("python", facts.python, Alike::always);
  visit("further_engines", facts.further_engines, Alike::to_resume);
  visit("kernels", facts.kernels, Alike::to_resume);
}

// What statistics over a whole run need besides its rows.
struct RunContext {
  std::map<std::string, VariantId> baselines{};  // of each kernel: what people would write first
  std::map<int, std::int64_t> cache_bytes{};     // of each level's data cache, on that machine
  Against against{};
  // What verdicts may depend on, by name; empty where the run does not tell.
  std::map<std::string, std::string> compilers{};  // by lane
  std::string processor{}, interpreter{};
  bool serves_claims = true;  // false of a suite or of commands that serve none
  // Of servers: RunFacts, and the versions of packages, "fastapi 0.92.0, uvicorn 0.17.6", by kernel
  // and variant.
  double objective_ns = 10e6;
  std::optional<double> wanted_per_s{};
  std::map<std::pair<std::string, std::string>, std::string> packages{};
};
// Throws std::invalid_argument for impossible facts: a baseline that is not a variant's name, a
// cache without a size, gaps against what is not compiled.
RunContext context_of(const RunFacts& facts);

}  // namespace gapmeter
