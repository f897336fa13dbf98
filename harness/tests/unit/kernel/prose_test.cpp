// Generated text: the same bytes everywhere, whole characters, words as in prose.
#include "harness/kernel/prose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace gapmeter {
namespace {

std::string text_of(std::size_t bytes, std::uint64_t key = 1) {
  std::vector<std::uint8_t> field(bytes);
  Random random(key);
  const Fill<std::uint8_t> fill = prose{};
  fill(field, random);
  return {field.begin(), field.end()};
}

std::map<std::string, int> counts_of(const std::string& text) {
  std::map<std::string, int> counts;
  std::istringstream words(text);
  for (std::string word; words >> word;) ++counts[word];
  return counts;
}

// Follows the bytes of UTF-8 characters of up to two bytes, which is all there is.
bool is_whole(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) continue;
    if (byte < 0xc2 || byte > 0xdf || i + 1 == text.size()) return false;
    if ((static_cast<unsigned char>(text[++i]) & 0xc0U) != 0x80) return false;
  }
  return true;
}

TEST(Prose, IsWholeCharactersAtEveryLength) {
  for (std::size_t bytes = 0; bytes < 400; ++bytes) {
    EXPECT_TRUE(is_whole(text_of(bytes))) << bytes;
  }
}

TEST(Prose, HasLettersOutsideAscii) {
  const std::string text = text_of(10'000);
  EXPECT_TRUE(std::any_of(text.begin(), text.end(), [](char letter) { return letter < 0; }));
}

TEST(Prose, HasFewFrequentWordsAndManyRareOnes) {
  const auto counts = counts_of(text_of(200'000));
  int words = 0, most = 0, once = 0;
  for (const auto& [word, count] : counts) {
    words += count;
    most = std::max(most, count);
    once += count == 1 ? 1 : 0;
  }
  EXPECT_GT(words, 15'000);
  EXPECT_GT(most, words / 50);
  EXPECT_GT(once, static_cast<int>(counts.size()) / 5);
}

TEST(Prose, DependsOnTheGenerator) {
  EXPECT_EQ(text_of(1000), text_of(1000));
  EXPECT_NE(text_of(1000, 1), text_of(1000, 2));
}

TEST(Prose, BeginsWithWordsAndSpaces) {
  const std::string text = text_of(60);
  EXPECT_NE(text.find(' '), std::string::npos);
  EXPECT_EQ(text.find("  "), std::string::npos);
}

}  // namespace
}  // namespace gapmeter
