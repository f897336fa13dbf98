// The sentences of the answer, word by word.
#include "harness/cli/text/answer_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

Answer answer(Rewrite rewrite, std::optional<std::size_t> n = std::nullopt) {
  return {.kernel = "sum",
          .rewrite = rewrite,
          .n = n,
          .sizes = 3,
          .largest_n = 4096,
          .baseline = VariantGap{test::variant("python/builtin"), {142}},
          .best = {test::variant("python/numpy"), {7.4}}};
}

TEST(SentenceOf, TellsFromWhereARewritePaysAndWhatPythonGivesAlone) {
  EXPECT_EQ(
      sentence_of(answer(Rewrite::pays_from, 64)),
      "sum: rewriting pays from n = 64: 142× over builtin at n = 4Ki, 7.40× over numpy; numpy "
      "alone gives 19.2×.");
}

TEST(SentenceOf, TellsEachVerdict) {
  const auto begins = [](const Answer& of) {
    const std::string text = sentence_of(of);
    return text.substr(0, text.find(": 142"));
  };
  EXPECT_EQ(begins(answer(Rewrite::pays)), "sum: rewriting pays at every n");
  EXPECT_EQ(begins(answer(Rewrite::pays_up_to, 64)), "sum: rewriting pays only up to n = 64");
  EXPECT_EQ(begins(answer(Rewrite::does_not_pay)), "sum: rewriting does not pay");
  EXPECT_EQ(begins(answer(Rewrite::changes)), "sum: rewriting pays at some n and not at others");
  EXPECT_EQ(begins(answer(Rewrite::unknown)), "sum: whether rewriting pays is not known");
  Answer of_one_size = answer(Rewrite::pays);
  of_one_size.sizes = 1;
  EXPECT_EQ(begins(of_one_size), "sum: rewriting pays");
}

TEST(SentenceOf, NamesTheBaselineAloneWhereNothingIsBetter) {
  Answer alone = answer(Rewrite::pays);
  alone.best = *alone.baseline;
  EXPECT_EQ(sentence_of(alone), "sum: rewriting pays at every n: 142× over builtin at n = 4Ki.");
}

TEST(SentenceOf, NamesTheBestWhereTheBaselineHasNoGap) {
  Answer without = answer(Rewrite::pays);
  without.baseline.reset();
  EXPECT_EQ(sentence_of(without), "sum: rewriting pays at every n: 7.40× over numpy at n = 4Ki.");
}

TEST(SentenceOf, TellsAStartUpAndTheGapWithoutIt) {
  Answer with = answer(Rewrite::pays);
  with.best = *with.baseline;
  with.startup = StartUpShare{.variant = test::variant("python/builtin"),
                              .n = 1024,
                              .latency_ns = 31e6,
                              .startup_ns = {24e6},
                              .gap_n = 4096,
                              .gap = Estimate{12, Interval{10, 14}}};
  EXPECT_EQ(
      sentence_of(with),
      "sum: rewriting pays at every n: 142× over builtin at n = 4Ki. Of the 31.0 ms of builtin "
      "at n = 1Ki 24.0 ms are its start-up; without that of both it is 12.0× (10.0× to 14.0×) "
      "at n = 4Ki.");
  with.startup->gap.reset();
  EXPECT_THAT(sentence_of(with), ::testing::EndsWith("24.0 ms are its start-up."));
}

TEST(SentenceOf, SaysOfHowManyThreadsItSpeaksWhereThereAreSeveral) {
  Answer threads = answer(Rewrite::pays);
  threads.best = *threads.baseline;
  threads.is_one_of_several_threads = true;
  EXPECT_EQ(sentence_of(threads),
            "sum: rewriting pays at every n: 142× over builtin at n = 4Ki with 1 thread.");
}

TEST(FormatAnswers, WrapsBetweenWords) {
  EXPECT_EQ(format_answers({answer(Rewrite::pays)}, {.columns = 60}),
            "sum: rewriting pays at every n: 142× over builtin at\n"
            "  n = 4Ki, 7.40× over numpy; numpy alone gives 19.2×.\n");
  EXPECT_EQ(format_answers({}, {}), "");
}

TEST(AnswersJson, HasTheSentencesAndWhereTheLineIs) {
  const auto json = nlohmann::json::parse(answers_json({answer(Rewrite::pays)}));
  EXPECT_EQ(json["worthwhile_gap"], worthwhile_gap);
  ASSERT_EQ(json["sentences"].size(), 1U);
  EXPECT_EQ(json["sentences"][0], sentence_of(answer(Rewrite::pays)));
}

}  // namespace
}  // namespace gapmeter
