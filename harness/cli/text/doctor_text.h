// What `doctor` found, as text.
#pragma once

#include <string>
#include <vector>

#include "harness/analysis/fitness.h"
#include "harness/measure/embedding.h"
#include "harness/measure/noise.h"

namespace gapmeter {

// A line for each finding, and one for what to do about it.
std::string format_findings(const std::vector<Finding>& findings);

// How well a build is known against itself, and a gap after so many rounds.
std::string format_noise(const NoiseCell& noise, std::size_t rounds_of_gap);

// What embedding costs a variant against the stock interpreter at a path.
std::string format_penalty(const EmbeddingCell& cell, const std::string& stock_python);

}  // namespace gapmeter
