// Two native variants under Google Benchmark alone, without gapmeter: what its figures are held
// against by benchmarks/agreement.py. The loops are those of sum's `strict` and apply_weights'
// `alloc`.
#include <benchmark/benchmark.h>
#include <tbb/cache_aligned_allocator.h>

#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

namespace {

// On a cache line, as gapmeter's inputs are: vector loads from anywhere else take longer.
using Inputs = std::vector<float, tbb::cache_aligned_allocator<float>>;

Inputs random_floats(std::size_t count) {
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Inputs values(count);
  for (float& value : values) value = uniform(generator);
  return values;
}

void sum(benchmark::State& state) {
  const Inputs x = random_floats(static_cast<std::size_t>(state.range(0)));
  for ([[maybe_unused]] auto iteration : state) {
    const float total = std::accumulate(x.begin(), x.end(), 0.0F);
    benchmark::DoNotOptimize(total);
    benchmark::ClobberMemory();
  }
}

std::vector<float> weighted(const Inputs& inp, const Inputs& w, float bias) {
  std::vector<float> out(inp.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = inp[i] * w[i] + bias;
  return out;
}

void apply_weights(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const Inputs inp = random_floats(count), w = random_floats(count);
  for ([[maybe_unused]] auto iteration : state) {
    const std::vector<float> out = weighted(inp, w, 0.5F);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}

}  // namespace

BENCHMARK(sum)->Arg(1'000)->Arg(50'000);
BENCHMARK(apply_weights)->Arg(20'000)->Arg(50'000);
BENCHMARK_MAIN();
