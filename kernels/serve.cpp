// serve: the digits perceptron of mlp_infer behind HTTP, one prediction a request.
//
// n is the offered rate, in requests a second: requests leave by a schedule, whatever has come
// back, and a latency counts from the moment at which its request was to leave. Timed: everything
// from there to the last byte of the answer, over loopback. Not timed: starting the server and its
// first answers. The servers are python_baselines/programs/digits_*.py, programs/digits_server.cpp
// and programs/crates/digits_server.rs. Serves the claims that a model behind a web server shows
// latency spikes (C28) and eats memory (C29).
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "harness/kernel/files.h"
#include "harness/kernel/kernel.h"

namespace {

// The first of models/digits.json, a 2, and what scikit-learn, which trained the model, makes of
// it.
constexpr const char* image =
    R"({"pixels":[0,0,9,16,13,1,0,0,0,8,16,8,11,8,0,0,0,11,10,0,8,10,0,0,0,1,5,0,11,11,0,0,)"
    R"(0,0,0,0,13,9,0,0,0,0,0,4,16,2,0,0,0,0,4,14,15,7,4,1,0,0,8,16,16,16,16,12]})";
constexpr const char* prediction =
    R"({"digit":2,"probabilities":[9.48173724e-11,3.34542739e-08,0.999997753,1.45734276e-06,)"
    R"(1.01511561e-12,5.77324628e-10,1.18655865e-11,2.82441515e-09,1.58183431e-13,7.52429713e-07]})";

// Everything that uvicorn would choose by what is installed is chosen here.
gapmeter::ServerVariant on_uvicorn(std::string name, const std::string& app,
                                   const std::string& options = "--loop asyncio --http h11") {
  const auto directory = gapmeter::data_dir() / "python_baselines" / "programs";
  return {.lane = "python",
          .name = std::move(name),
          .command = fmt::format("{{python}} -m uvicorn --app-dir '{}' {} --host 127.0.0.1 "
                                 "--port {{port}} --no-access-log --log-level warning {}",
                                 directory.string(), app, options),
          .requires_packages = {"fastapi", "pydantic", "uvicorn", "numpy"},
          .counts_collections = true};
}

gapmeter::ServerVariant fastapi() {
  gapmeter::ServerVariant server = on_uvicorn("fastapi", "digits_fastapi:app");
  server.quick = true;
  return server;
}

gapmeter::ServerVariant fast_loop() {
  gapmeter::ServerVariant server =
      on_uvicorn("fastapi_fast", "digits_fastapi:app", "--loop uvloop --http httptools");
  server.requires_packages.insert(server.requires_packages.end(), {"uvloop", "httptools"});
  return server;
}

// Whichever worker is asked would answer for itself alone: collections are not counted.
gapmeter::ServerVariant several_workers() {
  gapmeter::ServerVariant server = on_uvicorn("fastapi_workers", "digits_fastapi:app",
                                              "--loop asyncio --http h11 --workers {threads}");
  server.every_processor = true;
  server.counts_collections = false;
  return server;
}

gapmeter::ServerVariant bare_asgi() {
  gapmeter::ServerVariant server = on_uvicorn("asgi", "digits_asgi:app");
  server.requires_packages = {"uvicorn", "numpy"};
  return server;
}

gapmeter::ServerVariant compiled(const char* lane, const char* name, const char* program) {
  const std::filesystem::path path = gapmeter::kernel_program(program);
  return {.lane = lane,
          .name = name,
          .command = fmt::format("'{}' {{port}} '{}'", path.string(),
                                 gapmeter::kernel_file("models/mlp.json").string()),
          .missing = std::filesystem::exists(path)
                         ? ""
                         : "built without cargo, or no registry of crates was in reach"};
}

gapmeter::ServerVariant beast() {
  gapmeter::ServerVariant server = compiled("native", "beast", "digits_server");
  server.quick = true;
  return server;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "A perceptron's prediction over HTTP",
          .item = "request",
          .claims = {"C28", "C29"},
          .sizes = "125:64k:2x",
          .reference = "beast",
          .baseline = "fastapi",
          .service = Service{
              .request = {.target = "/predict", .body = image},
              .answer = prediction,
              .tolerance = 1e-5,  // of float32, whose sums may be in any order
              .servers = {fastapi(), on_uvicorn("fastapi_async", "digits_fastapi:async_app"),
                          fast_loop(), several_workers(), bare_asgi(), beast(),
                          compiled("rust", "axum", "digits_server-rust")}}};
}
