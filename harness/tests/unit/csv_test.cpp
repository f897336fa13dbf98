// CSV: what is written is read back; what is torn or malformed is refused, with its line.
#include "harness/base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/csv_table.h"
#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Fields = std::vector<std::string>;

std::string csv_error(std::string_view text) {
  return test::message_of<InvalidCsv>([&] { test::parse_csv(text); });
}

Fields round_trip(const Fields& fields) { return test::parse_csv(to_csv_line(fields)).header; }

TEST(CsvLine, PlainFieldsAreNotQuoted) {
  EXPECT_EQ(to_csv_line({"a", "b c", "1.5"}), "a,b c,1.5\n");
}

TEST(CsvLine, CommasAndQuotesAreQuoted) {
  EXPECT_EQ(to_csv_line({"a,b"}), "\"a,b\"\n");
  EXPECT_EQ(to_csv_line({"say \"hi\""}), "\"say \"\"hi\"\"\"\n");
}

TEST(CsvLine, EmptyFieldsStayEmpty) { EXPECT_EQ(to_csv_line({"", "", ""}), ",,\n"); }

TEST(CsvLine, LineBreaksBecomeSpacesSoThatARecordIsALine) {
  EXPECT_EQ(to_csv_line({"a\nb", "c\r\nd", "e\rf"}), "a b,c  d,e f\n");
}

TEST(CsvLine, WhatASpreadsheetWouldTakeForAFormulaGetsAnApostrophe) {
  EXPECT_EQ(to_csv_line({"=1+1"}), "'=1+1\n");
  EXPECT_EQ(to_csv_line({"+1"}), "'+1\n");
  EXPECT_EQ(to_csv_line({"@SUM(A1)"}), "'@SUM(A1)\n");
  EXPECT_EQ(to_csv_line({"\tx"}), "'\tx\n");
  EXPECT_EQ(to_csv_line({"-cmd"}), "'-cmd\n");
  EXPECT_EQ(to_csv_line({"-"}), "'-\n");
  EXPECT_EQ(to_csv_line({"-1+2"}), "'-1+2\n");
  EXPECT_EQ(to_csv_line({"=HYPERLINK(\"x\",\"y\")"}), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\n");
}

TEST(CsvLine, NegativeNumbersAreLeftAlone) {
  EXPECT_EQ(to_csv_line({"-4096", "-0.5", "-1e-300"}), "-4096,-0.5,-1e-300\n");
}

TEST(CsvLine, FormulaCharactersInsideAFieldAreLeftAlone) {
  EXPECT_EQ(to_csv_line({"a=b", "n=16", "x@y"}), "a=b,n=16,x@y\n");
}

TEST(CsvRoundTrip, KeepsEveryField) {
  for (const Fields& fields :
       {Fields{"a"}, Fields{""}, Fields{"", ""}, Fields{"a,b", "c"}, Fields{"\"", "\"\"", "a\"b"},
        Fields{",", ",,", "\","}, Fields{" leading", "trailing "}, Fields{"µs ×", "日本"},
        Fields{"'quoted'", "-12"}}) {
    EXPECT_EQ(round_trip(fields), fields);
  }
}

TEST(CsvReader, ReadsAHeaderAndRows) {
  const test::CsvTable table = test::parse_csv("a,b\n1,2\n3,\n");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  EXPECT_THAT(table.rows, ElementsAre(Fields{"1", "2"}, Fields{"3", ""}));
}

TEST(CsvReader, AHeaderAloneHasNoRows) { EXPECT_THAT(test::parse_csv("a,b\n").rows, IsEmpty()); }

TEST(CsvReader, ReadsEitherLineEnding) {
  const test::CsvTable table = test::parse_csv("a,b\r\n1,\"2\"\r\n3,4\n");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  EXPECT_THAT(table.rows, ElementsAre(Fields{"1", "2"}, Fields{"3", "4"}));
}

TEST(CsvReader, QuotedFieldsMayHoldSeparators) {
  EXPECT_THAT(test::parse_csv("\"a,b\",\"c\"\"d\",\"\"\n").header, ElementsAre("a,b", "c\"d", ""));
}

TEST(CsvReader, QuotedFieldsMayHoldLineBreaks) {
  EXPECT_THAT(test::parse_csv("\"a\nb\",\"c\r\nd\"\n").header, ElementsAre("a\nb", "c\r\nd"));
}

TEST(CsvReader, RefusesAnEmptyText) { EXPECT_THAT(csv_error(""), HasSubstr("empty")); }

TEST(CsvReader, RefusesATornLastLine) {
  EXPECT_THAT(csv_error("a,b"), StartsWith("line 1: the last line is cut off"));
  EXPECT_THAT(csv_error("a,b\n1,2\n3,4"), StartsWith("line 3: the last line is cut off"));
  EXPECT_THAT(csv_error("a,b\n1,"), StartsWith("line 2: the last line is cut off"));
  EXPECT_THAT(csv_error("a,b\n1,\"2\""), StartsWith("line 2: the last line is cut off"));
}

TEST(CsvReader, EveryCutOfAFileIsRefusedOrLosesWholeRowsOnly) {
  const std::string text = "a,b\n1,\"x,\"\"y\"\"\"\n2,z\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string cut = text.substr(0, length);
    if (cut.ends_with('\n')) {
      EXPECT_NO_THROW(test::parse_csv(cut)) << cut;
    } else {
      EXPECT_THROW(test::parse_csv(cut), InvalidCsv) << cut;
    }
  }
}

TEST(CsvReader, RefusesAQuoteThatIsNotClosed) {
  EXPECT_EQ(csv_error("a\n\"b\n"), "line 2: a quote is not closed");
  EXPECT_EQ(csv_error("a\nb\n\"c\"\"\n"), "line 3: a quote is not closed");
}

TEST(CsvReader, RefusesTextAfterAClosingQuote) {
  EXPECT_EQ(csv_error("a\n\"b\"c\n"), "line 2: text stands after a closing quote");
}

TEST(CsvReader, RefusesAWrongNumberOfFields) {
  EXPECT_EQ(csv_error("a,b\n1\n"), "line 2: 1 fields, but the header has 2");
  EXPECT_EQ(csv_error("a,b\n1,2\n1,2,3\n"), "line 3: 3 fields, but the header has 2");
  EXPECT_THAT(csv_error("a,b\n1,2\n\n"), HasSubstr("line 3"));
}

TEST(CsvReader, CountsTheLinesInsideQuotedFields) {
  EXPECT_EQ(csv_error("a,b\n1,\"x\ny\"\n2\n"), "line 4: 1 fields, but the header has 2");
}

// The records that the parts have between them, each after its line.
std::vector<std::string> records_of(std::vector<CsvReader> parts) {
  std::vector<std::string> records;
  Fields fields;
  for (CsvReader& part : parts) {
    EXPECT_THAT(part.header(), ElementsAre("a", "b"));
    while (part.next(fields)) records.push_back(std::to_string(part.line()) + to_csv_line(fields));
  }
  return records;
}

TEST(CsvReader, SplitsIntoPartsThatHaveAllRecordsInOrder) {
  const std::string text = "a,b\n1,2\n\"x\n\"\"y\",\"\n\"\n3,\"\"\"\"\n4,5\n";
  const CsvReader whole(text);
  const std::vector<std::string> records = records_of({whole});
  EXPECT_THAT(records, ElementsAre("21,2\n", "3\"x \"\"y\", \n", "63,\"\"\"\"\n", "74,5\n"));
  for (std::size_t parts = 1; parts <= 10; ++parts) {
    EXPECT_EQ(records_of(whole.split(parts)), records) << parts;
  }
  EXPECT_EQ(whole.split(2).size(), 2U);
}

TEST(CsvReader, SplitsNoFurtherThanThereAreRecords) {
  EXPECT_EQ(CsvReader("a,b\n").split(4).size(), 1U);
  EXPECT_EQ(CsvReader("a,b\n1,2\n").split(4).size(), 1U);
}

TEST(CsvReader, APartSaysOnWhichLineOfTheWholeItIsWrong) {
  const CsvReader whole("a,b\n1,2\n1,2\n1,2\n1,2\n3\n");
  Fields fields;
  EXPECT_EQ(test::message_of<InvalidCsv>([&] {
              for (CsvReader& part : whole.split(2)) {
                while (part.next(fields)) {
                }
              }
            }),
            "line 6: 1 fields, but the header has 2");
}

}  // namespace
}  // namespace gapmeter
