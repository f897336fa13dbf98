// Native variants: every signature bound to inputs and called, results that outlive the next call,
// vectors of the wrong length.
#include "harness/kernel/native_variant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "harness/kernel/kernel.h"
#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

double sum(std::span<const double> x) { return std::accumulate(x.begin(), x.end(), 0.0); }

std::vector<double> scaled(std::span<const double> x, double factor) {
  std::vector<double> y;
  for (const double value : x) y.push_back(factor * value);
  return y;
}

void sum_and_scale(std::span<const double> x, double factor, std::span<double> y,
                   std::span<double> total) {
  total[0] = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = factor * x[i];
    total[0] += y[i];
  }
}

// A scalar and an array of every element type.
template <Element T>
T first_plus(std::span<const T> x, T addend) {
  return static_cast<T>(x[0] + addend);
}

std::vector<double> one_too_many(std::span<const double> x) {
  return std::vector<double>(x.size() + 1);
}
std::vector<double> none(std::span<const double> /*x*/) { return {}; }

int calls = 0;
std::int64_t count_call(const std::int64_t addend) { return ++calls + addend; }
void accumulate(std::span<std::int64_t> total) { ++total[0]; }

void throws(std::span<const double> /*x*/, std::span<double> /*y*/) {
  throw std::runtime_error("from inside");
}

Inputs inputs_of(std::vector<NamedBuffer> fields) { return {.n = 3, .fields = std::move(fields)}; }

Inputs one_two_three() {
  std::vector<NamedBuffer> fields;
  fields.push_back({"x", test::buffer_of<double>({1, 2, 3})});
  return inputs_of(std::move(fields));
}

Inputs one_two_three_and_ten() {
  Inputs inputs = one_two_three();
  inputs.fields.push_back({"factor", test::buffer_of<double>({10}, {})});
  return inputs;
}

const OutputShape scalar_f64{DType::f64, {}};
const OutputShape three_f64{DType::f64, {3}};

TEST(NativeVariant, ReturnsAScalar) {
  const Inputs inputs = one_two_three();
  const auto call = native<sum>("sum").bind(inputs, {scalar_f64});
  const std::vector<Buffer> result = call->result();
  ASSERT_THAT(result, SizeIs(1));
  EXPECT_EQ(result[0].shape(), Shape{});
  EXPECT_THAT(test::elements_of<double>(result[0]), ElementsAre(6));
}

TEST(NativeVariant, ReturnsAVector) {
  const Inputs inputs = one_two_three_and_ten();
  const auto call = native<scaled>("scaled").bind(inputs, {three_f64});
  const std::vector<Buffer> result = call->result();
  ASSERT_THAT(result, SizeIs(1));
  EXPECT_THAT(test::elements_of<double>(result[0]), ElementsAre(10, 20, 30));
}

TEST(NativeVariant, AReturnedVectorTakesTheDeclaredShape) {
  const Inputs inputs = one_two_three_and_ten();
  const auto call = native<scaled>("scaled").bind(inputs, {{DType::f64, {3, 1}}});
  EXPECT_EQ(call->result()[0].shape(), (Shape{3, 1}));
}

TEST(NativeVariant, FillsTheCallersBuffers) {
  const Inputs inputs = one_two_three_and_ten();
  const auto call = native<sum_and_scale>("both").bind(inputs, {three_f64, scalar_f64});
  const std::vector<Buffer> result = call->result();
  ASSERT_THAT(result, SizeIs(2));
  EXPECT_THAT(test::elements_of<double>(result[0]), ElementsAre(10, 20, 30));
  EXPECT_THAT(test::elements_of<double>(result[1]), ElementsAre(60));
}

template <class T>
class NativeVariantOfType : public ::testing::Test {};
using ElementTypes = ::testing::Types<float, double, std::int32_t, std::int64_t, std::uint8_t>;
TYPED_TEST_SUITE(NativeVariantOfType, ElementTypes);

TYPED_TEST(NativeVariantOfType, TakesArraysAndScalars) {
  std::vector<NamedBuffer> fields;
  fields.push_back({"x", test::buffer_of<TypeParam>({40, 1})});
  fields.push_back({"addend", test::buffer_of<TypeParam>({2}, {})});
  const Inputs inputs = inputs_of(std::move(fields));
  const NativeVariant variant = native<first_plus<TypeParam>>("first_plus");
  const DType dtype = dtype_of<TypeParam>();
  EXPECT_THAT(variant.parameters,
              ElementsAre(ParameterType{Kind::array, dtype}, ParameterType{Kind::scalar, dtype}));
  EXPECT_EQ(variant.returns, (ParameterType{Kind::scalar, dtype}));
  const auto call = variant.bind(inputs, {{dtype, {}}});
  EXPECT_THAT(test::elements_of<TypeParam>(call->result()[0]), ElementsAre(TypeParam{42}));
}

TEST(NativeVariant, DescribesItsSignature) {
  const NativeVariant variant = native<sum_and_scale>("both");
  EXPECT_EQ(variant.name, "both");
  EXPECT_THAT(variant.parameters, ElementsAre(ParameterType{Kind::array, DType::f64},
                                              ParameterType{Kind::scalar, DType::f64},
                                              ParameterType{Kind::writable_array, DType::f64},
                                              ParameterType{Kind::writable_array, DType::f64}));
  EXPECT_EQ(variant.returns.kind, Kind::nothing);
  EXPECT_EQ(native<scaled>("scaled").returns, (ParameterType{Kind::array, DType::f64}));
}

TEST(NativeVariant, MayBeALambdaWithoutCaptures) {
  const Inputs inputs = one_two_three();
  const auto call =
      native<[](std::span<const double> x) { return x.back(); }>("last").bind(inputs, {scalar_f64});
  EXPECT_THAT(test::elements_of<double>(call->result()[0]), ElementsAre(3));
}

TEST(NativeVariant, InvokeCallsOncePerCall) {
  std::vector<NamedBuffer> fields;
  fields.push_back({"addend", test::buffer_of<std::int64_t>({0}, {})});
  const Inputs inputs = inputs_of(std::move(fields));
  const auto call = native<count_call>("count").bind(inputs, {{DType::i64, {}}});
  calls = 0;
  for (int i = 0; i < 5; ++i) call->invoke()();
  EXPECT_EQ(calls, 5);
}

TEST(NativeVariant, InvokeWritesIntoTheSameBuffers) {
  const Inputs inputs = inputs_of({});
  const auto call = native<accumulate>("accumulate").bind(inputs, {{DType::i64, {}}});
  for (int i = 0; i < 4; ++i) call->invoke()();
  EXPECT_THAT(test::elements_of<std::int64_t>(call->result()[0]), ElementsAre(5));
}

TEST(NativeVariant, ResultsAreCopiesThatTheNextCallLeavesAlone) {
  const Inputs inputs = inputs_of({});
  const auto call = native<accumulate>("accumulate").bind(inputs, {{DType::i64, {}}});
  const std::vector<Buffer> first = call->result();
  const std::vector<Buffer> second = call->result();
  EXPECT_THAT(test::elements_of<std::int64_t>(first[0]), ElementsAre(1));
  EXPECT_THAT(test::elements_of<std::int64_t>(second[0]), ElementsAre(2));
}

TEST(NativeVariant, AVectorOfTheWrongLengthIsAWrongResult) {
  const Inputs inputs = one_two_three();
  const auto longer = native<one_too_many>("longer").bind(inputs, {three_f64});
  EXPECT_THAT(test::message_of<WrongResult>([&] { longer->result(); }),
              HasSubstr("returned 4 values, expected 3"));
  const auto empty = native<none>("empty").bind(inputs, {three_f64});
  EXPECT_THAT(test::message_of<WrongResult>([&] { empty->result(); }),
              HasSubstr("returned 0 values, expected 3"));
}

TEST(NativeVariant, ExceptionsOfTheVariantPassThrough) {
  const Inputs inputs = one_two_three();
  const auto call = native<throws>("throws").bind(inputs, {three_f64});
  EXPECT_EQ(test::message_of<std::runtime_error>([&] { call->result(); }), "from inside");
  EXPECT_EQ(test::message_of<std::runtime_error>([&] { call->invoke()(); }), "from inside");
}

TEST(NativeVariant, InputsOfAnotherTypeThanTheParametersAreRefused) {
  std::vector<NamedBuffer> fields;
  fields.push_back({"x", test::buffer_of<float>({1, 2, 3})});
  const Inputs inputs = inputs_of(std::move(fields));
  EXPECT_THROW(native<sum>("sum").bind(inputs, {scalar_f64}), std::logic_error);
}

TEST(NativeVariant, MissingInputsAreRefused) {
  const Inputs inputs = one_two_three();
  EXPECT_THROW(native<scaled>("scaled").bind(inputs, {three_f64}), std::out_of_range);
}

// A preparation that counts and reports.
struct Scaled {
  std::vector<double> y;
  int calls = 0;
};

int preparations = 0;
Scaled prepare_scaled(std::span<const double> x, double factor, Metrics& report) {
  ++preparations;
  report.add("factor", factor);
  return {scaled(x, factor)};
}
double sum_prepared(Scaled& prepared) { return sum(prepared.y) + ++prepared.calls; }
void copy_prepared(const Scaled& prepared, std::span<double> y) {
  std::copy(prepared.y.begin(), prepared.y.end(), y.begin());
}

TEST(PreparedVariant, WorksOnWhatItsPreparationReturned) {
  const Inputs inputs = one_two_three_and_ten();
  const auto call = native<prepare_scaled, sum_prepared>("sum").bind(inputs, {scalar_f64});
  EXPECT_THAT(test::elements_of<double>(call->result()[0]), ElementsAre(61));
  EXPECT_THAT(test::elements_of<double>(call->result()[0]), ElementsAre(62));
}

TEST(PreparedVariant, IsPreparedOnceHoweverOftenItIsCalled) {
  const Inputs inputs = one_two_three_and_ten();
  preparations = 0;
  const auto call = native<prepare_scaled, sum_prepared>("sum").bind(inputs, {scalar_f64});
  for (int i = 0; i < 4; ++i) call->invoke()();
  EXPECT_EQ(preparations, 1);
  EXPECT_THAT(test::elements_of<double>(call->result()[0]), ElementsAre(65));
}

TEST(PreparedVariant, FillsTheCallersBuffers) {
  const Inputs inputs = one_two_three_and_ten();
  const auto call = native<prepare_scaled, copy_prepared>("copy").bind(inputs, {three_f64});
  EXPECT_THAT(test::elements_of<double>(call->result()[0]), ElementsAre(10, 20, 30));
}

TEST(PreparedVariant, TellsWhatItsPreparationReported) {
  const Inputs inputs = one_two_three_and_ten();
  const auto call = native<prepare_scaled, sum_prepared>("sum").bind(inputs, {scalar_f64});
  EXPECT_THAT(call->metrics(), ElementsAre(Metric{"factor", 10}));
}

// The report is no input: the signature is that of a variant without a preparation.
TEST(PreparedVariant, DescribesInputsAndOutputs) {
  const NativeVariant variant = native<prepare_scaled, copy_prepared>("copy");
  EXPECT_THAT(variant.parameters, ElementsAre(ParameterType{Kind::array, DType::f64},
                                              ParameterType{Kind::scalar, DType::f64},
                                              ParameterType{Kind::writable_array, DType::f64}));
  EXPECT_EQ(variant.returns.kind, Kind::nothing);
}

// y is changed, x and factor are read.
void add_to(std::span<double> y, std::span<const double> x, double factor) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += factor * x[i];
}
double add_and_sum(std::span<double> y, std::span<const double> x, double factor) {
  add_to(y, x, factor);
  return sum(y);
}
void add_into(std::span<double> y, std::span<const double> x, double factor,
              std::span<double> total) {
  total[0] = add_and_sum(y, x, factor);
}
std::vector<double> prepare_product(std::span<const double> y, std::span<const double> x,
                                    double factor) {
  EXPECT_THAT(y, ElementsAre(1, 1, 1));
  return scaled(x, factor);
}
void add_product(const std::vector<double>& product, std::span<double> y) { add_to(y, product, 1); }
double add_product_and_sum(std::vector<double>& product, std::span<double> y) {
  return add_and_sum(y, product, 1);
}
double only_sum(Scaled& prepared) { return sum(prepared.y); }

class InoutVariant : public ::testing::Test {
 protected:
  InoutVariant() {
    inputs_.fields.insert(inputs_.fields.begin(),
                          {"y", test::buffer_of<double>({1, 1, 1}), /*is_inout=*/true});
  }

  Inputs inputs_ = one_two_three_and_ten();
};

TEST_F(InoutVariant, ItsResultIsWhatItLeaves) {
  const auto call = native<add_to>("add").bind(inputs_, {});
  for (int times = 0; times < 2; ++times) {
    const std::vector<Buffer> result = call->result();
    ASSERT_THAT(result, SizeIs(1));
    EXPECT_THAT(test::elements_of<double>(result[0]), ElementsAre(11, 21, 31));
  }
  EXPECT_THAT(test::elements_of<double>(inputs_["y"]), ElementsAre(1, 1, 1));
}

TEST_F(InoutVariant, ItsOutputsComeFirst) {
  const NativeVariant returning = native<add_and_sum>("v");
  const NativeVariant filling = native<add_into>("v");
  for (const NativeVariant& variant : {returning, filling}) {
    const std::vector<Buffer> result = variant.bind(inputs_, {scalar_f64})->result();
    ASSERT_THAT(result, SizeIs(2));
    EXPECT_THAT(test::elements_of<double>(result[0]), ElementsAre(63));
    EXPECT_THAT(test::elements_of<double>(result[1]), ElementsAre(11, 21, 31));
  }
}

TEST_F(InoutVariant, EveryCallOfABatchHasACopyOfItsOwn) {
  static std::vector<double> seen;
  seen.clear();
  const auto call = native<[](std::span<double> y, std::span<const double> x, double factor) {
                      seen.push_back(y[0]);
                      add_to(y, x, factor);
                    }>("v")
                        .bind(inputs_, {});
  for (int batch = 0; batch < 2; ++batch) {
    call->restore(3);
    for (int i = 0; i < 3; ++i) call->invoke()();
  }
  EXPECT_THAT(seen, ElementsAre(1, 1, 1, 1, 1, 1));
}

TEST_F(InoutVariant, KnowsHowManyCallsItHasCopiesFor) {
  const auto call = native<add_to>("add").bind(inputs_, {});
  EXPECT_EQ(call->calls_left(), 0);
  call->restore(3);
  EXPECT_EQ(call->calls_left(), 3);
  call->invoke()();
  EXPECT_EQ(call->calls_left(), 2);
}

TEST_F(InoutVariant, OrdinaryOnesNeedNoCopies) {
  const Inputs inputs = one_two_three();
  const auto call = native<sum>("sum").bind(inputs, {scalar_f64});
  EXPECT_EQ(call->most_calls(), unlimited_calls);
  EXPECT_EQ(call->calls_left(), unlimited_calls);
}

TEST_F(InoutVariant, APreparedOneReadsWhatWasDeclaredAndChangesCopies) {
  const auto call = native<prepare_product, add_product>("v").bind(inputs_, {});
  for (int times = 0; times < 2; ++times) {
    EXPECT_THAT(test::elements_of<double>(call->result().at(0)), ElementsAre(11, 21, 31));
  }
  const auto summing =
      native<prepare_product, add_product_and_sum>("v").bind(inputs_, {scalar_f64});
  EXPECT_THAT(test::elements_of<double>(summing->result().at(0)), ElementsAre(63));
}

TEST_F(InoutVariant, DescribesWhatItChanges) {
  using Types = std::vector<ParameterType>;
  const ParameterType array{Kind::array, DType::f64}, scalar{Kind::scalar, DType::f64},
      writable{Kind::writable_array, DType::f64};
  EXPECT_EQ(native<add_to>("v").parameters, (Types{writable, array, scalar}));
  const NativeVariant prepared = native<prepare_product, add_product>("v");
  EXPECT_EQ(prepared.parameters, (Types{array, array, scalar, writable}));
  EXPECT_TRUE(prepared.is_prepared);
}

// Elements that a call may change: of a vector, not of a class, and not behind const.
TEST_F(InoutVariant, ShowsWhatItPreparedWhereItCan) {
  const auto changeable = native<prepare_product, add_product_and_sum>("v").bind(inputs_, {});
  const PreparedElements elements = changeable->prepared_elements();
  EXPECT_EQ(elements.dtype, DType::f64);
  EXPECT_EQ(elements.bytes.size(), 3 * sizeof(double));
  EXPECT_TRUE((native<prepare_product, add_product>("v")
                   .bind(inputs_, {})
                   ->prepared_elements()
                   .bytes.empty()));
  const Inputs inputs = one_two_three_and_ten();
  EXPECT_TRUE((native<prepare_scaled, only_sum>("v")
                   .bind(inputs, {scalar_f64})
                   ->prepared_elements()
                   .bytes.empty()));
}

TEST(NativeVariant, DoesTheMainJobUnlessItNamesAnother) {
  EXPECT_EQ(native<sum_and_scale>("both").job, "");
  EXPECT_EQ((native<sum_and_scale>("both", "copy").job), "copy");
  EXPECT_EQ((native<prepare_scaled, copy_prepared>("copy", "view").job), "view");
}

}  // namespace
}  // namespace gapmeter
