// Sizes as users write them: every form that is read, every form that is refused, and back to text.
#include "harness/base/sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t largest = std::numeric_limits<std::int64_t>::max();

std::string size_error(std::string_view text) {
  return test::message_of<InvalidSizes>([&] { parse_size(text); });
}

std::string sizes_error(std::string_view text) {
  return test::message_of<InvalidSizes>([&] { parse_sizes(text); });
}

TEST(ParseSize, ReadsPlainNumbers) {
  EXPECT_EQ(parse_size("1"), 1U);
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("007"), 7U);
}

TEST(ParseSize, MultipliesBySuffix) {
  EXPECT_EQ(parse_size("3k"), 3'000U);
  EXPECT_EQ(parse_size("3K"), 3'000U);
  EXPECT_EQ(parse_size("3M"), 3'000'000U);
  EXPECT_EQ(parse_size("3G"), 3'000'000'000U);
  EXPECT_EQ(parse_size("3Ki"), 3'072U);
  EXPECT_EQ(parse_size("3Mi"), 3'145'728U);
  EXPECT_EQ(parse_size("3Gi"), 3'221'225'472U);
}

TEST(ParseSize, ReadsUpToTwoToThe63rdMinusOne) {
  EXPECT_EQ(parse_size("9223372036854775807"), largest);
  EXPECT_EQ(parse_size("8589934591Gi"), largest - (std::size_t{1} << 30) + 1);
  EXPECT_EQ(parse_size("9223372036G"), 9'223'372'036'000'000'000U);
}

TEST(ParseSize, RefusesWhatIsTooLarge) {
  for (const char* text : {"9223372036854775808", "18446744073709551615", "18446744073709551616",
                           "99999999999999999999999999", "8589934592Gi", "17179869185Gi",
                           "9223372037G", "9007199254740992Ki"}) {
    EXPECT_THAT(size_error(text), HasSubstr("'" + std::string(text) + "' is too large"));
  }
}

TEST(ParseSize, RefusesZero) {
  EXPECT_THAT(size_error("0"), HasSubstr("at least 1"));
  EXPECT_THAT(size_error("0Ki"), HasSubstr("at least 1"));
}

TEST(ParseSize, RefusesWhatIsNoWholeNumber) {
  for (const char* text : {"", "-1", "+1", " 16", "\t16", "k", "Ki", "x", "abc", ".5", "nan"}) {
    EXPECT_THAT(size_error(text), HasSubstr("is not a size"));
  }
}

TEST(ParseSize, NamesTheUnknownSuffix) {
  EXPECT_THAT(size_error("16 "), HasSubstr("unknown suffix ' '"));
  EXPECT_THAT(size_error("1.5k"), HasSubstr("unknown suffix '.5k'"));
  EXPECT_THAT(size_error("1e6"), HasSubstr("unknown suffix 'e6'"));
  EXPECT_THAT(size_error("0x10"), HasSubstr("unknown suffix 'x10'"));
  EXPECT_THAT(size_error("16ki"), HasSubstr("unknown suffix 'ki'"));
  EXPECT_THAT(size_error("16KiB"), HasSubstr("unknown suffix 'KiB'"));
  EXPECT_THAT(size_error("16T"), HasSubstr("unknown suffix 'T'"));
  EXPECT_THAT(size_error("4x"), HasSubstr("unknown suffix 'x'"));
}

TEST(ParseSizes, ReadsAList) {
  EXPECT_THAT(parse_sizes("1k,16,10k"), ElementsAre(16, 1000, 10000));
}

TEST(ParseSizes, DropsDuplicates) {
  EXPECT_THAT(parse_sizes("16,16,4:16:2x"), ElementsAre(4, 8, 16));
}

TEST(ParseSizes, RangeMultiplies) {
  EXPECT_THAT(parse_sizes("16:4Ki:4x"), ElementsAre(16, 64, 256, 1024, 4096));
}

TEST(ParseSizes, RangeAdds) {
  EXPECT_THAT(parse_sizes("100:500:100"), ElementsAre(100, 200, 300, 400, 500));
}

TEST(ParseSizes, RangeLeavesTheLastSizeOutUnlessAStepHitsIt) {
  EXPECT_THAT(parse_sizes("16:100:4x"), ElementsAre(16, 64));
  EXPECT_THAT(parse_sizes("1:10:4"), ElementsAre(1, 5, 9));
}

TEST(ParseSizes, RangeOfOneSize) {
  EXPECT_THAT(parse_sizes("16:16:2x"), ElementsAre(16));
  EXPECT_THAT(parse_sizes("16:16:1"), ElementsAre(16));
  EXPECT_THAT(parse_sizes("16:17:5"), ElementsAre(16));
}

TEST(ParseSizes, StepsTakeSuffixes) {
  EXPECT_THAT(parse_sizes("1:1M:1kx"), ElementsAre(1, 1000, 1'000'000));
  EXPECT_THAT(parse_sizes("1Ki:3Ki:1Ki"), ElementsAre(1024, 2048, 3072));
}

TEST(ParseSizes, RangesStopBeforeTheyOverflow) {
  EXPECT_THAT(parse_sizes("4611686018427387904:9223372036854775807:2x"),
              ElementsAre(std::size_t{1} << 62));
  EXPECT_THAT(parse_sizes("1:9223372036854775807:9223372036854775806"), ElementsAre(1, largest));
  EXPECT_THAT(parse_sizes("2:9223372036854775807:9223372036854775807"), ElementsAre(2));
  EXPECT_EQ(parse_sizes("1:9223372036854775807:2x").size(), 63U);
}

TEST(ParseSizes, RefusesARangeThatEndsBeforeItStarts) {
  EXPECT_THAT(sizes_error("16:8:2x"), HasSubstr("'16:8:2x' ends before it starts"));
  EXPECT_THAT(sizes_error("16:8:1"), HasSubstr("'16:8:1' ends before it starts"));
}

TEST(ParseSizes, RefusesARangeThatNeverGrows) {
  EXPECT_THAT(sizes_error("1:10:1x"), HasSubstr("'1:10:1x' never grows"));
  EXPECT_THAT(sizes_error("1:10:0"), HasSubstr("at least 1"));
  EXPECT_THAT(sizes_error("1:10:0x"), HasSubstr("at least 1"));
}

TEST(ParseSizes, RefusesEmptyParts) {
  EXPECT_THAT(sizes_error(""), HasSubstr("no size is given"));
  for (const char* text :
       {",", "16,", ",16", "16,,32", "::", ":16:2x", "16::2x", "16:32:", "16:32:x"}) {
    EXPECT_THAT(sizes_error(text), HasSubstr("'' is not a size")) << text;
  }
}

TEST(ParseSizes, RefusesARangeWithoutAStepOrWithTooMuch) {
  for (const char* text : {"16:32", "16:32:2x:2x", "16:32:2x:"}) {
    EXPECT_THAT(sizes_error(text), HasSubstr("is not FIRST:LAST:STEP")) << text;
  }
}

TEST(ParseSizes, RefusesJunkInsideARange) {
  for (const char* text : {"16 :32:2x", "16: 32:2x", "16:32:2xx", "16:32:2X", "16:32:1.5x",
                           "-16:32:2x", "16:32:-2", "16;32"}) {
    EXPECT_THROW(parse_sizes(text), InvalidSizes) << text;
  }
}

TEST(ParseSizes, AllowsTenThousandSizesAndNoMore) {
  EXPECT_EQ(parse_sizes("1:10000:1").size(), 10'000U);
  EXPECT_THAT(sizes_error("1:10001:1"), HasSubstr("more than 10000 sizes"));
  EXPECT_THAT(sizes_error("1:10000:1,20000"), HasSubstr("more than 10000 sizes"));
}

TEST(ParseSizes, RefusesHugeRangesAtOnce) {
  EXPECT_THAT(sizes_error("1:9223372036854775807:1"), HasSubstr("more than 10000 sizes"));
}

TEST(ParseSizes, RepeatedRangesAreKeptOnce) {
  std::string text = "1:10000:1";
  for (int i = 0; i < 100; ++i) text += ",1:10000:1";
  EXPECT_EQ(parse_sizes(text).size(), 10'000U);
}

TEST(FormatSize, UsesSuffixesWhereTheyAreExact) {
  EXPECT_EQ(format_size(1), "1");
  EXPECT_EQ(format_size(999), "999");
  EXPECT_EQ(format_size(1000), "1k");
  EXPECT_EQ(format_size(1001), "1001");
  EXPECT_EQ(format_size(1023), "1023");
  EXPECT_EQ(format_size(1024), "1Ki");
  EXPECT_EQ(format_size(1025), "1025");
  EXPECT_EQ(format_size(65'536), "64Ki");
  EXPECT_EQ(format_size(4'194'304), "4Mi");
  EXPECT_EQ(format_size(1'000'000), "1M");
  EXPECT_EQ(format_size(3'000'000'000), "3G");
  EXPECT_EQ(format_size(std::size_t{5} << 30), "5Gi");
  EXPECT_EQ(format_size(largest), "9223372036854775807");
}

// 16 million is also 15625 times 1024, which is not how anyone would write it.
TEST(FormatSize, IsTheShortestForm) {
  EXPECT_EQ(format_size(128'000), "128k");
  EXPECT_EQ(format_size(1'024'000), "1024k");
  EXPECT_EQ(format_size(16'000'000), "16M");
  EXPECT_EQ(format_size(1'024'000'000), "1024M");
}

TEST(FormatSize, IsReadBackAsTheSameSize) {
  std::vector<std::size_t> sizes{largest, largest - 1};
  for (std::size_t size = 1; size <= 5000; ++size) sizes.push_back(size);
  for (std::size_t power = 1; power <= largest / 10; power *= 10) {
    sizes.insert(sizes.end(), {power - 1 + (power == 1 ? 1 : 0), power, power + 1, 7 * power});
  }
  for (std::size_t power = 2; power <= largest / 2; power *= 2) {
    sizes.insert(sizes.end(), {power - 1, power, power + 1});
  }
  for (const std::size_t size : sizes) EXPECT_EQ(parse_size(format_size(size)), size);
}

}  // namespace
}  // namespace gapmeter
