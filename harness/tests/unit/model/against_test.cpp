// What gaps can be against, as users write it.
#include "harness/model/against.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

VariantId variant(const char* text) { return parse_variant(text).value(); }

TEST(Against, IsALaneOrOneOfItsVariants) {
  for (const char* text : {"native", "rust", "rust/zipped", "go", "c++/wc"}) {
    const std::optional<Against> against = parse_against(text);
    ASSERT_TRUE(against) << text;
    EXPECT_EQ(to_string(*against), text);
  }
}

TEST(Against, IsNothingOfPythonAndNoName) {
  for (const char* text : {"", "python", "python/numpy", "Rust", "rust/", "/zipped", "a b"}) {
    EXPECT_EQ(parse_against(text), std::nullopt) << text;
  }
}

TEST(Against, AdmitsEveryCompiledVariantUnlessALaneWasChosen) {
  const Against any, rust = parse_against("rust").value(), one = parse_against("rust/a").value();
  EXPECT_TRUE(any.admits(variant("native/a")) && any.admits(variant("go/b")));
  EXPECT_FALSE(any.admits(variant("python/a")));
  EXPECT_TRUE(rust.admits(variant("rust/a")) && rust.admits(variant("rust/b")));
  EXPECT_FALSE(rust.admits(variant("native/a")));
  EXPECT_TRUE(one.admits(variant("rust/a")));
  EXPECT_FALSE(one.admits(variant("rust/b")) || one.admits(variant("native/a")));
}

}  // namespace
}  // namespace gapmeter
