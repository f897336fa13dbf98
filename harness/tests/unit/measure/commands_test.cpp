// Commands of a command line as a kernel: their names, what is wrong with them, and their plan.
#include "harness/measure/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CommandVariant variant(const std::string& text) { return parse_command_variant(text, false); }

std::string error_of_command(const std::string& text) {
  return test::message_of<std::invalid_argument>([&] { variant(text); });
}

Commands commands_of(const std::vector<std::string>& texts) {
  Commands commands;
  for (const std::string& text : texts) commands.variants.push_back(variant(text));
  return commands;
}

const std::vector<std::string> both{"python/script=python3 wc.py {n}", "go/wc=./wc {n}"};

std::string problem_of(const Commands& commands, const Selection& selection) {
  return find_problem(commands, selection).value_or("");
}

TEST(NamesOfCommands, AreInFrontOfThem) {
  const CommandVariant found = variant("rust/wc=env A=B ./wc {n}");
  EXPECT_EQ(to_string(found.id), "rust/wc");
  EXPECT_EQ(found.text, "env A=B ./wc {n}");
  EXPECT_TRUE(found.id.lane.is_compiled());
  EXPECT_TRUE(variant("python/a=b").id.lane.is_python());
}

TEST(NamesOfCommands, ThatAreMissingOrWrongAreRefusedWithTheRightForm) {
  for (const char* text : {"python3 wc.py", "wc=./wc", "Go/wc=./wc", "go/=./wc", "python@3/x=a",
                           "go/a b=c", "./wc --x=1"}) {
    EXPECT_THAT(error_of_command(text), HasSubstr("write LANE/NAME=COMMAND")) << text;
    EXPECT_FALSE(is_named_command(text)) << text;
  }
  EXPECT_THAT(error_of_command("go/wc=a | b"), HasSubstr("go/wc: '|'"));
}

TEST(ProblemsOfCommands, AreToldWithWhatToDo) {
  const Selection sized{.sizes = {10}};
  EXPECT_EQ(problem_of(commands_of(both), sized), "");
  EXPECT_EQ(problem_of(commands_of({"go/a=./a"}), {}), "");
  EXPECT_THAT(problem_of(commands_of(both), {}), HasSubstr("--sizes"));
  EXPECT_THAT(problem_of(commands_of({both[0], "go/wc=./wc"}), sized),
              HasSubstr("go/wc mentions neither {n} nor {file}"));
  EXPECT_THAT(problem_of(commands_of({both[0], both[0]}), sized), HasSubstr("two commands"));
  EXPECT_THAT(problem_of(commands_of({"go/wc=./wc {file}"}), sized), HasSubstr("add --input"));
  EXPECT_THAT(problem_of(commands_of(both), {.sizes = {10}, .threads = {2}}),
              HasSubstr("{threads}"));
}

TEST(ProblemsOfCommands, ConcernTheirInputToo) {
  Commands commands = commands_of({"go/wc=./wc {file}"});
  commands.input = parse_command("gen {n} > {file}");
  EXPECT_EQ(problem_of(commands, {.sizes = {10}}), "");
  commands.input = parse_command("gen {n}");
  EXPECT_THAT(problem_of(commands, {.sizes = {10}}), HasSubstr("> {file}"));
  Commands others = commands_of(both);
  others.input = parse_command("gen {n} > {file}");
  EXPECT_THAT(problem_of(others, {.sizes = {10}}), HasSubstr("no command mentions {file}"));
}

TEST(RolesOfCommands, AreThoseOfTheFirstOfASide) {
  const Commands commands = commands_of({"python/a=a", "python/b=b", "go/c=c", "rust/d=d"});
  EXPECT_EQ(to_string(reference_of(commands).id), "go/c");
  EXPECT_EQ(to_string(baseline_of(commands)->id), "python/a");
  EXPECT_EQ(to_string(reference_of(commands_of({"python/a=a"})).id), "python/a");
  EXPECT_EQ(baseline_of(commands_of({"go/c=c"})), nullptr);
}

TEST(PlansOfCommands, HaveAGroupForEachNWithFilledInCommands) {
  Commands commands = commands_of({"python/s=p {file} {n}", "go/w=./w {file} {threads}"});
  commands.input = parse_command("gen > {file}");
  commands.tolerance = 0.5;
  const std::vector<CellGroup> groups =
      plan_commands(commands, {.sizes = {10, 20}, .threads = {1, 2}},
                    [](std::size_t n) { return "/t/" + std::to_string(n); });
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[1].n, 20U);
  ASSERT_EQ(groups[1].variants.size(), 3U) << "one that does not use threads runs with one";
  EXPECT_THAT(groups[1].variants[0].command->command.words, ElementsAre("p", "/t/20", "20"));
  EXPECT_THAT(groups[1].variants[2].command->command.words, ElementsAre("./w", "/t/20", "2"));
  EXPECT_THAT(groups[1].variants[0].command->reference.words, ElementsAre("./w", "/t/20", "1"));
  EXPECT_EQ(groups[1].variants[0].command->tolerance, 0.5);
  EXPECT_EQ(groups[1].variants[0].cost.items, 20);
}

TEST(PlansOfCommands, HaveOneCellWithoutAnyN) {
  const auto groups = plan_commands(commands_of({"go/a=a", "go/b=b"}), {}, {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].n, 1U);
  EXPECT_EQ(groups[0].variants[0].cost.items, 0) << "there is no rate of nothing";
}

TEST(PlansOfCommands, TakeThoseThatPatternsSelect) {
  const auto groups = plan_commands(commands_of(both), {.variants = {"go/*"}, .sizes = {1}}, {});
  ASSERT_EQ(groups[0].variants.size(), 1U);
  EXPECT_EQ(to_string(groups[0].variants[0].id), "go/wc");
  EXPECT_THROW(plan_commands(commands_of(both), {.variants = {"zig/*"}, .sizes = {1}}, {}),
               UnknownName);
}

}  // namespace
}  // namespace gapmeter
