// The table of passes: one line for each.
#include <array>
#include <utility>

#include "harness/base/hash.h"
#include "harness/worker/passes/pass.h"

namespace gapmeter {

Measurement verify(const PassContext& context);
Measurement measure_memory(const PassContext& context);
Measurement measure_time(const PassContext& context);
Measurement verify_command(const CommandContext& context);
Measurement measure_command_memory(const CommandContext& context);
Measurement measure_command_time(const CommandContext& context);
Measurement verify_server(const ServerContext& context);
Measurement measure_server_memory(const ServerContext& context);
Measurement measure_server_time(const ServerContext& context);

PassFunctions functions_of(Pass pass) {
  // In the order of the enumerators.
  constexpr auto functions =
      std::to_array<PassFunctions>({{verify, verify_command, verify_server},
                                    {measure_memory, measure_command_memory, measure_server_memory},
                                    {measure_time, measure_command_time, measure_server_time}});
  static_assert(functions.size() == pass_names.size(), "each pass has its function");
  return functions[static_cast<std::size_t>(pass)];
}

std::shared_ptr<Inputs> make_inputs(const PassContext& context, std::size_t n) {
  return std::make_shared<Inputs>(generate_inputs(context.kernel.name, context.kernel.inputs, n,
                                                  context.task.seed, context.task.threads));
}

std::string digest_text(const Inputs& inputs) { return hex_of(digest_of(inputs)); }

}  // namespace gapmeter
