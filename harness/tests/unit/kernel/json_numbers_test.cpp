// Inputs from a JSON file: nested numbers in their order, cycled samples, and files that are wrong.
#include "harness/kernel/json_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class JsonNumbers : public ::testing::Test {
 protected:
  std::filesystem::path file_with(const std::string& text) const {
    std::ofstream(dir_ / "model.json") << text;
    return dir_ / "model.json";
  }
  template <class T>
  std::vector<T> filled(const from_json& source, std::size_t size) const {
    std::vector<T> field(size);
    Random random(1);
    const Fill<T> fill = source;
    fill(field, random);
    return field;
  }
  test::TempDir dir_;
};

TEST_F(JsonNumbers, AreReadRowByRow) {
  const auto file = file_with(R"({"w": [[1, 2.5], [-3, 4e2]], "other": "text"})");
  EXPECT_THAT(json_numbers(file, "w"), ElementsAre(1, 2.5, -3, 400));
  EXPECT_THAT(filled<float>({file, "w"}, 4), ElementsAre(1, 2.5, -3, 400));
}

TEST_F(JsonNumbers, ConvertToTheFieldsType) {
  EXPECT_THAT(filled<std::int32_t>({file_with(R"({"i": [7, -1]})"), "i"}, 2), ElementsAre(7, -1));
}

TEST_F(JsonNumbers, SamplesAreCycledThroughABatchOfAnySize) {
  const from_json source{file_with(R"({"x": [[1, 2], [3, 4]]})"), "x", 2};
  EXPECT_THAT(filled<double>(source, 2), ElementsAre(1, 2));
  EXPECT_THAT(filled<double>(source, 6), ElementsAre(1, 2, 3, 4, 1, 2));
}

TEST_F(JsonNumbers, AnotherNumberOfThemThanTheFieldHoldsIsAnError) {
  const auto file = file_with(R"({"w": [1, 2, 3]})");
  for (const std::size_t size : {2U, 4U, 6U}) {
    EXPECT_THAT(test::message_of<std::runtime_error>([&] {
                  filled<float>({file, "w"}, size);
                }),
                AllOf(HasSubstr("model.json"), HasSubstr("'w' has 3 numbers"),
                      HasSubstr(std::to_string(size))));
  }
  EXPECT_THROW(filled<float>({file, "w", 2}, 2), std::runtime_error);
}

TEST_F(JsonNumbers, FilesThatAreWrongAreNamed) {
  const auto message = [&](const std::string& text) {
    const auto file = file_with(text);
    return test::message_of<std::runtime_error>([&] { json_numbers(file, "w"); });
  };
  EXPECT_THAT(message("[1]"), HasSubstr("model.json: not a JSON object"));
  EXPECT_THAT(message("{\"w\": [1"), HasSubstr("not a JSON object"));
  EXPECT_THAT(message("{}"), HasSubstr("there is no 'w'"));
  EXPECT_THAT(message(R"({"w": [1, "2"]})"), HasSubstr("'w' holds something else"));
  EXPECT_THAT(message(R"({"w": []})"), HasSubstr("or nothing"));
  EXPECT_THAT(
      test::message_of<std::runtime_error>([&] { json_numbers(dir_ / "absent.json", "w"); }),
      HasSubstr("absent.json: can't be read"));
}

}  // namespace
}  // namespace gapmeter
