// Compiled with -ffp-contract=off, as random.cpp is: the law's sums must be the same everywhere.
#include "harness/kernel/prose.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/hash.h"

namespace gapmeter {
namespace {

constexpr std::size_t vocabulary_size = 8192;

std::string make_word(Random& random) {
  constexpr std::array<std::string_view, 16> starts{"b", "d", "f",  "g", "h",  "k", "l", "m",
                                                    "n", "p", "qu", "r", "st", "t", "v", "w"};
  constexpr std::array<std::string_view, 8> vowels{"a", "e", "i", "o", "u", "ea", "ou", "io"};
  constexpr std::array<std::string_view, 6> accented{"é", "ö", "ñ", "å", "ł", "ø"};
  constexpr std::array<std::string_view, 8> ends{"", "n", "r", "s", "t", "l", "nd", "ng"};
  const auto pick = [&](const auto& from) { return from[random.below(from.size())]; };
  std::string word;
  const bool is_accented = random.below(8) == 0;
  const std::uint64_t syllables = 1 + random.below(3) + random.below(2);
  for (std::uint64_t i = 0; i < syllables; ++i) {
    word += pick(starts);
    word += is_accented && i == 0 ? pick(accented) : pick(vowels);
    word += pick(ends);
  }
  return word;
}

struct Vocabulary {
  std::vector<std::string> words;
  std::vector<double> cumulative;  // of the words' frequencies; the last one is their sum

  std::string_view draw(Random& random) const {
    const double at = random.unit() * cumulative.back();
    const auto found = std::upper_bound(cumulative.begin(), cumulative.end(), at);
    const auto index = std::min(found - cumulative.begin(), std::ssize(words) - 1);
    return words[static_cast<std::size_t>(index)];
  }
};

Vocabulary make_vocabulary() {
  Vocabulary vocabulary;
  Random random(hash_of("gapmeter's vocabulary"));
  double sum = 0;
  for (std::size_t rank = 0; rank < vocabulary_size; ++rank) {
    vocabulary.words.push_back(make_word(random));
    sum += 1 / (static_cast<double>(rank) + 2.7);
    vocabulary.cumulative.push_back(sum);
  }
  return vocabulary;
}

std::string_view draw_separator(Random& random) {
  const std::uint64_t at = random.below(64);
  if (at < 54) return " ";
  if (at < 58) return ", ";
  if (at < 62) return ". ";
  return ".\n";
}

void fill_with_prose(std::span<std::uint8_t> field, Random& random) {
  const Vocabulary vocabulary = make_vocabulary();
  std::size_t filled = 0;
  const auto append = [&](std::string_view text) {
    if (text.size() > field.size() - filled) return false;
    std::copy(text.begin(), text.end(), field.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += text.size();
    return true;
  };
  while (append(vocabulary.draw(random)) && append(draw_separator(random))) {
  }
  std::fill(field.begin() + static_cast<std::ptrdiff_t>(filled), field.end(), std::uint8_t{'.'});
}

}  // namespace

prose::operator Fill<std::uint8_t>() const { return fill_with_prose; }

}  // namespace gapmeter
