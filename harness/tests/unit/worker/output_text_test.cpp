// What two programs print, compared: as text, and within a tolerance number by number.
#include "harness/worker/output_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

bool match(const std::string& expected, const std::string& actual, double tolerance = 0) {
  return check_text(expected, actual, tolerance).matches;
}

std::string difference(const std::string& expected, const std::string& actual,
                       double tolerance = 0) {
  return check_text(expected, actual, tolerance).difference;
}

TEST(Outputs, MatchIfTheirTextIsTheSameButForBlanksAtEnds) {
  EXPECT_TRUE(match("a b\nc\n", "a b\nc\n"));
  EXPECT_TRUE(match("a b \r\nc\n\n", "a b\nc"));
  EXPECT_TRUE(match("", "\n"));
  EXPECT_FALSE(match("a b", "a  b"));
  EXPECT_FALSE(match("a", " a"));
  EXPECT_FALSE(match("1", "1.0"));
}

TEST(Outputs, MatchWithinATolerance) {
  EXPECT_TRUE(match("sum = 1000.0, n=3", "sum = 1000.1, n=3", 1e-3));
  EXPECT_FALSE(match("sum = 1000.0, n=3", "sum = 1002.0, n=3", 1e-3));
  EXPECT_TRUE(match("[1,-2.5e3]", "[ 1.0, -2500 ]", 1e-9));
  EXPECT_FALSE(match("0", "1e-9", 1e-3)) << "relative to 0 nothing is near";
  EXPECT_TRUE(match("0", "0.0", 1e-3));
  EXPECT_TRUE(match("nan inf", "nan inf", 1e-3));
  EXPECT_FALSE(match("1", "nan", 1e-3));
  EXPECT_FALSE(match("x1", "x2", 0.9)) << "a name is no number";
  EXPECT_FALSE(match("a 1", "b 1", 1e-3));
  EXPECT_FALSE(match("1 2", "1", 1e-3));
}

TEST(Outputs, TellTheLargestErrorThatIsAccepted) {
  EXPECT_DOUBLE_EQ(check_text("10\n20", "10.5\n20.25", 0.1).max_error, 0.5);
}

TEST(Outputs, TellTheFirstLineThatDiffers) {
  EXPECT_THAT(difference("a\nb\nc", "a\nx\ny"),
              AllOf(HasSubstr("line 2"), HasSubstr("'x'"), HasSubstr("expected 'b'")));
  EXPECT_THAT(difference("a", "a\nb"), AllOf(HasSubstr("line 2"), HasSubstr("one too many")));
  EXPECT_THAT(difference("a\nb", "a"), AllOf(HasSubstr("line 2"), HasSubstr("missing")));
  EXPECT_THAT(difference("1.00", "1.01"), HasSubstr("0.01 apart, relatively: see --tolerance"));
  EXPECT_THAT(difference(std::string(500, 'a'), "b"), HasSubstr("a…'"));
}

}  // namespace
}  // namespace gapmeter
