// Rows: the names of what a summary says, and the figures of a cell's rounds.
#include "harness/model/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Names, OfMachineStatesAreThoseOfTheContract) {
  EXPECT_EQ(name_of(MachineState::undisturbed), "undisturbed");
  EXPECT_EQ(name_of(MachineState::mixed), "mixed");
  EXPECT_EQ(name_of(MachineState::unknown), "unknown");
}

TEST(RoundValues, AreTheirValuesInTheirOrder) {
  EXPECT_THAT(values_of({{.round = 0, .value = 3}, {.round = 2, .value = 1}}), ElementsAre(3, 1));
  EXPECT_THAT(values_of({}), IsEmpty());
}

}  // namespace
}  // namespace gapmeter
