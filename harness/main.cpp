// gapmeter: options, then the command that they name. Run with the worker argument by gapmeter
// itself, it is a native worker instead.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "harness/cli/commands.h"
#include "harness/cli/huge_pages.h"
#include "harness/cli/notice.h"
#include "harness/results/environment.h"
#include "harness/worker/worker_main.h"

namespace {

// What another build of the program needs to know to run this one's workers.
gapmeter::NativeDescription describe() {
  gapmeter::NativeDescription description{
      .python_dir = GAPMETER_PYTHON_BASELINES_DIR,
      .git_revision = gapmeter::build_facts()["git_revision"].get<std::string>(),
      .kernels = {}};
  for (const gapmeter::Kernel& kernel : gapmeter::registered_kernels()) {
    description.kernels.push_back({.name = kernel.name,
                                   .sizes = kernel.sizes,
                                   .reference = kernel.reference,
                                   .baseline = kernel.baseline,
                                   .variants = {}});
    for (const auto& variant : kernel.native) {
      description.kernels.back().variants.push_back(variant.name);
    }
  }
  return description;
}

int native_worker() {
  return gapmeter::worker_main(
      {.start = [](const gapmeter::Request&) { return std::make_unique<gapmeter::NativeLane>(); },
       .describe = [](gapmeter::LaneRunner&, const gapmeter::DescribeRequest&,
                      std::uint64_t nonce) { return encode(describe(), nonce); }});
}

// Whether all that a command does is to read the rows of runs, of which there may be very many.
bool reads_rows(const gapmeter::Options& options) {
  return std::holds_alternative<gapmeter::SummarizeOptions>(options) ||
         std::holds_alternative<gapmeter::ClaimsOptions>(options) ||
         std::holds_alternative<gapmeter::ReportOptions>(options) ||
         std::holds_alternative<gapmeter::PlotOptions>(options) ||
         std::holds_alternative<gapmeter::CompareOptions>(options);
}

struct Dispatch {
  const gapmeter::Invocation& invocation;
  int operator()(const gapmeter::ListOptions& options) const {
    return gapmeter::run_list(options, invocation);
  }
  int operator()(const gapmeter::RunOptions& options) const {
    return gapmeter::run_run(options, invocation);
  }
  int operator()(const gapmeter::VerifyOptions& options) const {
    return gapmeter::run_verify(options, invocation);
  }
  int operator()(const gapmeter::AbOptions& options) const {
    return gapmeter::run_ab(options, invocation);
  }
  int operator()(const gapmeter::CompareOptions& options) const {
    return gapmeter::run_compare(options);
  }
  int operator()(const gapmeter::DoctorOptions& options) const {
    return gapmeter::run_doctor(options, invocation);
  }
  int operator()(const gapmeter::SummarizeOptions& options) const {
    return gapmeter::run_summarize(options);
  }
  int operator()(const gapmeter::ClaimsOptions& options) const {
    return gapmeter::run_claims(options);
  }
  int operator()(const gapmeter::ReproduceOptions& options) const {
    return gapmeter::run_reproduce(options, invocation);
  }
  int operator()(const gapmeter::ReportOptions& options) const {
    return gapmeter::run_report(options);
  }
  int operator()(const gapmeter::PlotOptions& options) const { return gapmeter::run_plot(options); }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == gapmeter::worker_argument) return native_worker();
  gapmeter::hold_standard_streams();
  const gapmeter::Interrupts& interrupts = gapmeter::handle_interrupts();
  const auto refuse = [](const std::exception& error) {
    gapmeter::notice(stderr, fmt::format("gapmeter: {}\n", error.what()));
    return 2;
  };
  try {
    const auto parsed = gapmeter::parse_command_line(argc, argv);
    if (const auto* early = std::get_if<gapmeter::EarlyExit>(&parsed)) return early->status;
    if (reads_rows(std::get<gapmeter::Options>(parsed))) gapmeter::use_huge_pages(argv);
    const gapmeter::Invocation invocation{
        {argv, argv + argc}, GAPMETER_PYTHON_BASELINES_DIR, interrupts};
    const int status = std::visit(Dispatch{invocation}, std::get<gapmeter::Options>(parsed));
    // Results that could not be written must not pass for results.
    if (std::fflush(stdout) != 0) {
      throw std::system_error(errno, std::generic_category(), "writing to stdout");
    }
    return status;
  } catch (const gapmeter::ResultDirError& error) {
    return refuse(error);  // also after Ctrl-C: results that could not be written are news
  } catch (const std::exception& error) {
    return interrupts.stop ? 130 : refuse(error);
  }
}
