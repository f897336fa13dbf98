// The lane of native variants: found by name, called as often as asked, holding no input too long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

void accumulate(std::span<std::int64_t> total) { ++total[0]; }

class NativeLaneTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Inputs> inputs_ =
      std::make_shared<const Inputs>(generate_inputs("twice", kernel().inputs, 4, 1));
  static Kernel kernel() { return test::twice_kernel(); }
};

TEST_F(NativeLaneTest, PreparesAVariantByName) {
  const auto call = NativeLane().prepare(kernel(), {Lane::native(), "fast"}, inputs_);
  const double x0 = (*inputs_)["x"].as<double>()[0];
  EXPECT_EQ(call->result()[0].as<double>()[0], 2 * x0);
}

TEST_F(NativeLaneTest, NamesAVariantThatIsNotThere) {
  EXPECT_THAT(test::message_of<std::invalid_argument>([&] {
                NativeLane().prepare(kernel(), {Lane::native(), "nosuch"}, inputs_);
              }),
              HasSubstr("twice has no variant native/nosuch"));
}

TEST_F(NativeLaneTest, TellsVariantsOfOneNameApartByTheirLane) {
  Kernel kernel = test::twice_kernel();
  kernel.native.push_back(kernel.native[0]);
  kernel.native.back().lane = "rust";
  kernel.native.back().missing = "no compiler";
  const VariantId same_name{*Lane::called("rust"), kernel.native[0].name};
  EXPECT_EQ(test::message_of<Skipped>([&] { NativeLane().prepare(kernel, same_name, inputs_); }),
            "no compiler");
}

TEST_F(NativeLaneTest, RunsAsManyCallsAsAsked) {
  Kernel kernel = test::twice_kernel();
  kernel.inputs.clear();
  kernel.outputs = {output<std::int64_t>("total", Tolerance{}, scalar)};
  kernel.native = {native<accumulate>("accumulate")};
  const auto call = NativeLane().prepare(kernel, {Lane::native(), "accumulate"},
                                         std::make_shared<const Inputs>(Inputs{.n = 3}));
  call->run(7);
  call->run(0);
  EXPECT_THAT(test::elements_of<std::int64_t>(call->result()[0]), ElementsAre(8));
}

TEST_F(NativeLaneTest, KeepsTheInputsAliveAndNoLonger) {
  const std::weak_ptr<const Inputs> watched = inputs_;
  auto call = NativeLane().prepare(kernel(), {Lane::native(), "plain"}, std::move(inputs_));
  EXPECT_FALSE(watched.expired());
  call->run(1);
  call.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(OutputShapes, ComeFromTheDeclarationAtN) {
  Kernel kernel = test::twice_kernel();
  kernel.outputs = {output<float>("total", Tolerance{}, scalar),
                    output<std::int32_t>("m", Tolerance{}, [](std::size_t n) {
                      return Shape{n, 2};
                    })};
  const std::vector<OutputShape> shapes = output_shapes(kernel, 5);
  ASSERT_THAT(shapes, SizeIs(2));
  EXPECT_EQ(shapes[0].dtype, DType::f32);
  EXPECT_EQ(shapes[0].shape, Shape{});
  EXPECT_EQ(shapes[1].dtype, DType::i32);
  EXPECT_EQ(shapes[1].shape, (Shape{5, 2}));
}

}  // namespace
}  // namespace gapmeter
