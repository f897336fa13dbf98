#include "harness/measure/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/hash.h"

namespace gapmeter {
namespace {

// `problem` is what is wrong with the kernel at this size.
PlannedVariant plan_variant(const Catalog& catalog, const Kernel& kernel, const VariantId& id,
                            std::size_t n, bool quick, const std::optional<std::string>& problem) {
  PlannedVariant planned{.id = id, .job = job_of(catalog, kernel, id)};
  if (problem) {
    planned.settled = {.status = Status::error, .reason = *problem};
    return planned;
  }
  planned.cost = cost_of(kernel, planned.job, n);
  if (!id.lane.has_engines()) {
    const NativeVariant* variant = find_native(kernel, id.lane.name(), id.name);
    if (variant != nullptr && !variant->missing.empty()) {
      planned.settled = {.status = Status::skipped, .reason = variant->missing};
    }
    return planned;
  }
  const PythonVariant* declared = find_python_variant(catalog, kernel.name, id.name, id.engine);
  if (declared == nullptr) {
    const PythonDescription::Problem& found = *find_import_problem(catalog, kernel, id.engine);
    planned.settled.emplace();
    // What is not installed is no mistake of the kernel's.
    planned.settled->status = found.package.empty() ? Status::error : Status::skipped;
    planned.settled->reason = found.text;
    return planned;
  }
  if (declared->max_size && n > *declared->max_size) {
    planned.settled = {
        .status = Status::skipped,
        .reason = fmt::format("n is above the variant's max_size of {}", *declared->max_size)};
  } else if (quick && !declared->quick) {
    planned.settled = {.status = Status::skipped,
                       .reason = "left out of quick runs: preparing it takes seconds"};
  }
  return planned;
}

// `contradiction` is that of the kernel (find_contradiction).
CellGroup plan_group(const Catalog& catalog, const Kernel& kernel, const Selection& selection,
                     std::size_t n, const std::optional<std::string>& contradiction) {
  const std::optional<std::string> problem =
      contradiction ? *contradiction + " (gapmeter list --check)" : find_problem_at(kernel, n);
  CellGroup group{.kernel = kernel.name,
                  .n = n,
                  .working_set_bytes = problem ? 0 : working_set_bytes(kernel, n),
                  .single_calls = kernel.single_calls};
  // Of a kernel whose description failed nobody knows what variants it has.
  const auto wanted = [&](const VariantId& id) {
    return selection.variants.empty() || !kernel.failure.empty() ||
           matches_any(id, selection.variants);
  };
  for (const int threads : threads_for(kernel, selection)) {
    for (const VariantId& id : variants_of(catalog, kernel)) {
      if (!wanted(id)) continue;
      group.variants.push_back(plan_variant(catalog, kernel, id, n, selection.quick, problem));
      group.variants.back().threads = threads;
    }
  }
  return group;
}

}  // namespace

std::vector<std::size_t> thin_out(const std::vector<std::size_t>& sizes, std::size_t most) {
  if (sizes.size() <= most || most < 2) return sizes;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < most; ++i) {
    kept.push_back(sizes[i * (sizes.size() - 1) / (most - 1)]);
  }
  return kept;
}

std::vector<std::size_t> sizes_for(const Kernel& kernel, const Selection& selection) {
  if (!selection.sizes.empty()) return selection.sizes;
  std::vector<std::size_t> sizes = own_sizes(kernel);
  if (!selection.probes.empty()) {
    const std::size_t largest = *std::max_element(sizes.begin(), sizes.end());
    sizes = selection.probes;
    std::erase_if(sizes, [&](std::size_t n) { return n > largest; });
    return sizes;
  }
  const auto is_too_large = [&](std::size_t n) {
    const double items = kernel.cost && !find_problem_at(kernel, n) ? kernel.cost(n).items : 0;
    return std::max(items, static_cast<double>(n)) > static_cast<double>(*selection.largest_work);
  };
  if (selection.largest_work && !is_too_large(sizes.front())) std::erase_if(sizes, is_too_large);
  return selection.most_sizes ? thin_out(sizes, *selection.most_sizes) : sizes;
}

std::vector<int> threads_for(const Kernel& kernel, const Selection& selection) {
  if (!uses_threads(kernel.inputs)) return {1};
  if (!selection.threads.empty()) return selection.threads;
  std::vector<int> counts;
  for (int count = 1; count < selection.processors; count *= 2) counts.push_back(count);
  counts.push_back(selection.processors);
  return counts;
}

std::vector<CellGroup> plan_groups(const Catalog& catalog, const Selection& selection) {
  const std::vector<const Kernel*> kernels = select_kernels(catalog, selection.kernels);
  check_variant_patterns(catalog, kernels, selection.variants);
  std::vector<CellGroup> groups;
  std::string without_variants;  // a kernel that has no row to say what is wrong with it
  for (const Kernel* kernel : kernels) {
    if (kernel->service) continue;  // plan_servers
    if (selection.among && !selection.among->contains(kernel->name)) continue;
    const std::vector<std::size_t> sizes = sizes_for(*kernel, selection);
    const std::optional<std::string> contradiction = find_contradiction(catalog, *kernel);
    if (contradiction && variants_of(catalog, *kernel).empty()) {
      without_variants =
          fmt::format("{}: {} (gapmeter list --check)", kernel->name, *contradiction);
    }
    const bool largest_only = selection.quick && selection.sizes.empty();
    for (const std::size_t n : sizes) {
      CellGroup group = plan_group(catalog, *kernel, selection, n, contradiction);
      if (largest_only && n != sizes.back()) group.untimed = {Pass::verify};
      if (!group.variants.empty()) groups.push_back(std::move(group));
    }
  }
  if (groups.empty() && !without_variants.empty()) throw UnknownName(without_variants);
  return groups;
}

CellKey cell_of(const CellGroup& group, const PlannedVariant& planned) {
  return {group.kernel, planned.id, group.n, planned.threads};
}

int rounds_of(const Plan& plan, const CellGroup& group) {
  return group.rounds.value_or(plan.rounds);
}

std::size_t tasks_per_variant(const Plan& plan, const CellGroup& group) {
  return group.untimed.size() + static_cast<std::size_t>(rounds_of(plan, group));
}

std::uint64_t digest_of(const Plan& plan) {
  std::string text =
      fmt::format("{} {} {} {} {} {} {}", plan.seed, plan.rounds, plan.precision.value_or(0),
                  plan.timing.batch_ns, plan.timing.slice_ns, plan.timing.round_ns,
                  plan.timing.single_calls_ns);
  for (const CellGroup& group : plan.groups) {
    text += fmt::format("\n{} {} {}", group.kernel, group.n, group.single_calls);
    for (const Pass pass : group.untimed) text += fmt::format(" {}", name_of(pass));
    if (group.rounds) text += fmt::format(" {}", *group.rounds);
    for (const PlannedVariant& variant : group.variants) {
      text += fmt::format(" {}/{}/{}{}", to_string(variant.id), variant.threads, variant.job,
                          variant.settled ? "!" : "");
    }
  }
  return hash_of(text);
}

std::uint64_t round_key(const Plan& plan, const CellGroup& group, int round) {
  return hash_of(fmt::format("{}/{}/{}/{}", plan.seed, group.kernel, group.n, round));
}

}  // namespace gapmeter
