// The names of lanes, variants, statuses and passes, as files and messages hold them.
#include "harness/model/measurement.h"
#include "harness/model/task.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

TEST(Names, OfStatusesAreThoseOfTheContract) {
  const std::pair<Status, const char*> expected[] = {
      {Status::ok, "ok"},           {Status::mismatch, "mismatch"}, {Status::error, "error"},
      {Status::timeout, "timeout"}, {Status::crashed, "crashed"},   {Status::oom, "oom"},
      {Status::skipped, "skipped"}};
  for (const auto& [status, name] : expected) {
    EXPECT_EQ(name_of(status), name);
    EXPECT_EQ(parse_status(name), status);
  }
}

TEST(Names, OfPassesAreReadBack) {
  for (const Pass pass : {Pass::verify, Pass::memory, Pass::time}) {
    EXPECT_EQ(parse_pass(name_of(pass)), pass);
  }
}

TEST(Names, ThatAreUnknownAreAbsent) {
  EXPECT_EQ(parse_status("OK"), std::nullopt);
  EXPECT_EQ(parse_status(""), std::nullopt);
  EXPECT_EQ(parse_pass("time "), std::nullopt);
}

TEST(Variants, AreWrittenLaneSlashName) {
  EXPECT_EQ(to_string(VariantId{Lane::native(), "simd"}), "native/simd");
  EXPECT_EQ(to_string(VariantId{Lane::python(), "numpy"}), "python/numpy");
}

TEST(Variants, AreReadBack) {
  EXPECT_EQ(parse_variant("native/simd"), (VariantId{Lane::native(), "simd"}));
  EXPECT_EQ(parse_variant("python/a/b"), (VariantId{Lane::python(), "a/b"}));
}

TEST(Variants, OfFurtherEnginesCarryTheirLabel) {
  const VariantId variant{Lane::python(), "builtin", "3.12"};
  EXPECT_EQ(to_string(variant), "python@3.12/builtin");
  EXPECT_EQ(parse_variant("python@3.12/builtin"), variant);
  EXPECT_EQ(parse_variant("python@3.12-2/a/b"), (VariantId{Lane::python(), "a/b", "3.12-2"}));
  EXPECT_NE(parse_variant("python@3.12/builtin"), parse_variant("python/builtin"));
  EXPECT_NE(parse_variant("python@3.12/builtin"), parse_variant("python@3.13/builtin"));
}

TEST(Variants, HaveAnEngineOnlyInThePythonLaneAndOnlyWithALabel) {
  for (const char* text : {"native@3.12/simd", "python@/builtin", "python@3.12/", "python@3.12",
                           "@3.12/builtin", "@/builtin", "python @3.12/builtin"}) {
    EXPECT_EQ(parse_variant(text), std::nullopt) << text;
  }
}

TEST(Variants, OfLanesThatAreNotDeclaredAreCompiledAndKeepTheirName) {
  const std::optional<VariantId> variant = parse_variant("c++/wc");
  ASSERT_TRUE(variant);
  EXPECT_EQ(variant->lane.name(), "c++");
  EXPECT_TRUE(variant->lane.is_compiled());
  EXPECT_FALSE(variant->lane.has_engines());
  EXPECT_EQ(to_string(*variant), "c++/wc");
  EXPECT_NE(variant, parse_variant("go/wc"));
  EXPECT_LT(*parse_variant("python/wc"), *parse_variant("go/wc")) << "declared lanes come first";
  EXPECT_LT(*parse_variant("go/wc"), *parse_variant("zig/wc"));
}

TEST(Variants, OfWhatIsNoLaneOrWithoutNamesAreAbsent) {
  for (const char* text : {"", "/", "simd", "/simd", "native", "native/", "Native/simd", "9/simd",
                           "Rust/simd", " native/simd", "go@1.20/wc", "a b/simd"}) {
    EXPECT_EQ(parse_variant(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace gapmeter
