// Text for inputs: UTF-8 that splits into words as prose does, the same bytes on every platform.
#pragma once

#include "harness/kernel/random.h"

namespace gapmeter {

// Fills a field of bytes with words, spaces, punctuation and newlines. Words come from a vocabulary
// of 8192 by the Zipf-Mandelbrot law (Mandelbrot, "An informational theory of the statistical
// structure of language", 1953), as in natural language: few are frequent, most are rare. One word
// in eight has a letter outside ASCII. Never ends within a character.
struct prose {
  operator Fill<std::uint8_t>() const;  // NOLINT(google-explicit-constructor): reads as a value
};

}  // namespace gapmeter
