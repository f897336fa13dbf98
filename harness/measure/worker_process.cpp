#include "harness/measure/worker_process.h"

#include <cstdlib>
#include <random>

namespace gapmeter {
namespace {

// A worker can't guess it, so an answer that a kernel forges differs from the real one.
std::uint64_t make_nonce() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

Environment worker_environment(int threads, HugePages huge_pages) {
  const std::string count = std::to_string(threads);
  Environment variables{{"OPENBLAS_NUM_THREADS", count},
                        {"OMP_NUM_THREADS", count},
                        {"MKL_NUM_THREADS", count},
                        {"BLIS_NUM_THREADS", count}};
  if (huge_pages == HugePages::malloc) {
    constexpr const char* name = "GLIBC_TUNABLES";
    const char* const users = std::getenv(name);
    variables.emplace_back(name, with_huge_pages_in_malloc(users == nullptr ? "" : users));
  }
  return variables;
}

WorkerCall call_of(const WorkerSettings& settings, const std::vector<std::string>& command,
                   const Assignment& task, int threads) {
  const Request request{make_nonce(), settings.python_dir, task, settings.extension_dir};
  const Task* const asked = std::get_if<Task>(&task);
  // A command runs as it would without us: on any processor unless the user named one. So does a
  // server, whose worker shares the processors out itself.
  const bool is_server =
      std::holds_alternative<ServerTask>(task) || (asked != nullptr && asked->server);
  const bool is_command = is_server || (asked != nullptr && asked->command);
  WorkerCall call{
      .spec = {.arguments = command,
               .environment =
                   is_command ? Environment{} : worker_environment(threads, settings.huge_pages),
               .request = encode(request),
               .timeout_s = settings.timeout_s,
               .cpus = {},
               .memory_bytes = settings.memory_bytes,
               .limits_each = !is_command,
               .huge_pages = settings.huge_pages != HugePages::never,
               .abandon = settings.abandon},
      .nonce = request.nonce};
  if ((threads == 1 || is_command) && !is_server && settings.cpu >= 0)
    call.spec.cpus = {settings.cpu};
  return call;
}

WorkerReply ask_worker(const WorkerSettings& settings, const std::vector<std::string>& command,
                       const Assignment& task, int threads, const std::string& title) {
  const WorkerCall call = call_of(settings, command, task, threads);
  WorkerReply reply{run_process(call.spec), call.nonce};
  log_output(settings, title, reply.process);
  return reply;
}

void log_output(const WorkerSettings& settings, const std::string& title,
                const ProcessResult& process) {
  if (settings.log && !process.output.empty()) settings.log(title, process.output);
}

}  // namespace gapmeter
