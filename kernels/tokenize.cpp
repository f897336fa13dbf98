// tokenize: how many words a text has, and how many different ones.
//
// Timed: splitting n bytes of UTF-8 at white space, keeping every word in a list, counting the
// words in a hash table, and freeing all of it. Not timed: the text. The main
// job makes a string of each word, as Python's do; in `borrow` the words stay where they are.
// Serves the claim that an owned string per token is waste where a borrowed one does (C19).
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Text = std::span<const std::uint8_t>;
using Count = std::span<std::int64_t>;

bool is_space(char letter) { return letter == ' ' || letter == '\n'; }

template <class Token>
std::vector<Token> split(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t begin = 0; begin < text.size();) {
    if (is_space(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && !is_space(text[end])) ++end;
    tokens.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return tokens;
}

template <class Token>
void count_tokens(Text bytes, Count tokens, Count distinct) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::vector<Token> words = split<Token>(text);
  std::unordered_map<Token, std::int64_t> counts;
  for (const Token& word : words) ++counts[word];
  tokens[0] = std::ssize(words);
  distinct[0] = std::ssize(counts);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Words of a text, and different ones",
          .item = "byte",
          .claims = {"C19"},
          .sizes = "256:1Mi:16x",
          .inputs = {input<std::uint8_t>("text", prose{})},
          .outputs = {output<std::int64_t>("tokens", Tolerance{}, scalar),
                      output<std::int64_t>("distinct", Tolerance{}, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = count, .items = count};
              },
          .reference = "owned",
          .baseline = "split",
          .native = {native<count_tokens<std::string>>("owned"),
                     native<count_tokens<std::string_view>>("borrowed", "borrow")}};
}
