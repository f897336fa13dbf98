// A run.json, as `summarize` and the other commands on a finished run read it: from a directory.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/model/run_context.h"
#include "harness/store/result_dir.h"
#include "harness/tests/fuzz/target.h"

using gapmeter::fuzz::expect;

namespace {

// In memory where the system has such a directory; removed at the end.
class RunDir {
 public:
  RunDir() {
    const bool in_memory = std::filesystem::is_directory("/dev/shm");
    std::string name = (in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string()) +
                       std::string("/gapmeter-fuzz-XXXXXX");
    expect(mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
    path_ = name;
  }
  RunDir(const RunDir&) = delete;
  RunDir& operator=(const RunDir&) = delete;
  ~RunDir() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const RunDir dir;
  std::ofstream(dir.path() / "run.json", std::ios::binary) << gapmeter::fuzz::text_of(data, size);
  try {
    const nlohmann::json facts = gapmeter::read_facts(dir.path());
    const gapmeter::RunContext context = gapmeter::read_context(dir.path());
    expect(facts.is_object(), "the facts of a run are an object");
    for (const auto& [kernel, baseline] : context.baselines) {
      expect(gapmeter::parse_variant(to_string(baseline)) == baseline,
             "a baseline that is written reads back");
    }
    for (const auto& [level, bytes] : context.cache_bytes) {
      expect(level > 0 && bytes > 0, "a cache has a level and a size");
    }
  } catch (const gapmeter::FileError&) {
  }
  return 0;
}
