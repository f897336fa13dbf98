// Runs a fuzz target without libFuzzer, as a test: on every file of the directory that it is given,
// and on mutations of each that are the same every time.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "harness/tests/fuzz/target.h"

namespace {

namespace fs = std::filesystem;

// Enough to notice a reader that breaks; scripts/dev/fuzz.sh looks for more.
constexpr int mutations_of_each = 100;

// What readers of numbers, CSV and JSON are most likely to be wrong about.
constexpr std::string_view hostile[] = {"0",
                                        "-1",
                                        "1e999",
                                        "nan",
                                        "inf",
                                        "18446744073709551616",
                                        "9223372036854775807",
                                        "\"",
                                        ",",
                                        "\n",
                                        "[",
                                        "{",
                                        "null",
                                        "\xff",
                                        "=",
                                        ":"};

std::vector<fs::path> files_in(const fs::path& dir) {
  std::vector<fs::path> files(fs::directory_iterator(dir), fs::directory_iterator{});
  std::sort(files.begin(), files.end());
  return files;
}

std::string contents_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const std::string& input) {
  // A copy of exactly this size, so that a sanitizer sees a read behind its end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// One to four small changes: a bit, a piece taken out, doubled, or replaced by something hostile.
std::string mutated(std::string text, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    if (text.empty()) text = hostile[below(std::size(hostile))];
    const std::size_t at = below(text.size());
    const std::size_t length = 1 + below(8);
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3:
        text.replace(at, length, hostile[below(std::size(hostile))]);
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<fs::path> files = argc == 2 ? files_in(argv[1]) : std::vector<fs::path>{};
  if (files.empty()) {
    std::fprintf(stderr, "usage: %s DIRECTORY_WITH_INPUTS\n", argv[0]);
    return 2;
  }
  for (const fs::path& file : files) {
    // If the target ends the process, this is the file that it was about.
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    const std::string original = contents_of(file);
    run(original);
    std::mt19937_64 random;
    for (int i = 0; i < mutations_of_each; ++i) run(mutated(original, random));
  }
  return 0;
}
