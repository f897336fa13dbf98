// Answers of servers, compared as JSON where they are.
#include "harness/worker/answer_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapmeter {
namespace {

using ::testing::HasSubstr;

std::string difference_of_answers(const std::string& expected, const std::string& actual,
                                  double tolerance = 0) {
  const OutputCheck check = check_answer(expected, actual, tolerance);
  EXPECT_EQ(check.matches, check.difference.empty());
  return check.difference;
}

TEST(Answers, MayBeWrittenInAnotherWay) {
  EXPECT_EQ(difference_of_answers(R"({"digit": 3, "scores": [1.0, 2e1]})",
                                  R"({"scores":[1,20],"digit":3.0})"),
            "");
}

TEST(Answers, ThatDifferSayWhere) {
  EXPECT_THAT(difference_of_answers(R"({"digit":3})", R"({"digit":4})"),
              HasSubstr("its answer's digit is 4, expected 3"));
  EXPECT_THAT(difference_of_answers(R"({"a":{"b":[1,2]}})", R"({"a":{"b":[1,"2"]}})"),
              HasSubstr("its answer's a.b[1] is \"2\", expected 2"));
  EXPECT_THAT(difference_of_answers(R"({"a":1})", R"({})"), HasSubstr("its answer has no 'a'"));
  EXPECT_THAT(difference_of_answers(R"({})", R"({"a":1})"),
              HasSubstr("has a 'a', which is not expected"));
  EXPECT_THAT(difference_of_answers("[1,2]", "[1]"), HasSubstr("is 1, expected 2 elements"));
  EXPECT_THAT(difference_of_answers("1", "null"), HasSubstr("is null, expected 1"));
}

TEST(Answers, MayDifferByTheTolerance) {
  EXPECT_EQ(difference_of_answers(R"({"p":0.1})", R"({"p":0.1001})", 0.01), "");
  EXPECT_THAT(difference_of_answers(R"({"p":0.1})", R"({"p":0.12})", 0.01),
              HasSubstr("see --tolerance"));
  EXPECT_NEAR(check_answer("[1]", "[1.25]", 0.5).max_error, 0.25, 1e-12);
}

// A small score among large ones carries the rounding of these.
TEST(Answers, InAListAreMeasuredByItsLargestNumber) {
  EXPECT_EQ(difference_of_answers("[1000, 0.001]", "[1000, 0.002]", 1e-5), "");
  EXPECT_NE(difference_of_answers(R"({"a":1000,"b":0.001})", R"({"a":1000,"b":0.002})", 1e-5), "");
}

TEST(Answers, ThatAreNoJsonAreComparedAsText) {
  EXPECT_EQ(difference_of_answers("hello\n", "hello"), "");
  EXPECT_THAT(difference_of_answers("hello", "{}"), HasSubstr("expected 'hello'"));
}

TEST(Answers, OfAnyDepthAreCompared) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(difference_of_answers(deep, deep), "");
  EXPECT_NE(difference_of_answers(deep, deep + "x"), "");
}

}  // namespace
}  // namespace gapmeter
