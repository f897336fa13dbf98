// Processors as /sys and /proc/cpuinfo describe them, from files made for the purpose: hybrid ones,
// ARM's, virtual machines that tell the half.
#include "harness/sys/processor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SysFiles : public ::testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    const std::filesystem::path file = dir_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  void put_cpu(int cpu, const std::string& path, const std::string& text) {
    put(fmt::format("system/cpu/cpu{}/{}", cpu, path), text);
  }
  Processor describe(int cpu) const { return describe_processor(cpu, dir_.path()); }
  int fastest(const std::vector<int>& allowed) const {
    std::vector<Processor> described;
    for (const int cpu : allowed) described.push_back(describe(cpu));
    return fastest_of(described);
  }

  test::TempDir dir_;
};

TEST_F(SysFiles, TheLastOfEqualProcessorsIsTaken) { EXPECT_EQ(fastest({0, 1, 3}), 3); }

// Of a laptop: four fast threads, eight efficiency cores after them.
TEST_F(SysFiles, AnEfficiencyCoreIsTakenOnlyIfNothingElseIsAllowed) {
  put("cpu_core/cpus", "0-3");
  put("cpu_atom/cpus", "4-11");
  for (int cpu = 0; cpu < 12; ++cpu) put_cpu(cpu, "cpufreq/cpuinfo_max_freq", "4000000");
  EXPECT_EQ(fastest({0, 1, 2, 3, 4, 11}), 3);
  EXPECT_EQ(fastest({4, 5, 6}), 6);
  EXPECT_EQ(describe(3).core_type, "performance");
  EXPECT_EQ(describe(4).core_type, "efficiency");
}

// big.LITTLE, where no device tells the types apart.
TEST_F(SysFiles, TheCoreWithTheLargestCapacityIsTaken) {
  for (int cpu = 0; cpu < 4; ++cpu) put_cpu(cpu, "cpu_capacity", cpu == 1 ? "1024" : "430");
  EXPECT_EQ(fastest({0, 1, 2, 3}), 1);
  EXPECT_EQ(fastest({0, 2}), 2);
}

TEST_F(SysFiles, OfEqualCapacitiesTheHighestFrequencyIsTaken) {
  for (int cpu = 0; cpu < 4; ++cpu) {
    put_cpu(cpu, "cpu_capacity", "1024");
    put_cpu(cpu, "cpufreq/cpuinfo_max_freq", cpu == 2 ? "5100000" : "4900000");
  }
  EXPECT_EQ(fastest({0, 1, 2, 3}), 2);
  EXPECT_EQ(describe(2).max_khz, 5'100'000);
}

TEST_F(SysFiles, GovernorAndSiblingsAreThoseOfTheProcessor) {
  put_cpu(0, "cpufreq/scaling_governor", "performance");
  put_cpu(6, "cpufreq/scaling_governor", "powersave");
  put_cpu(6, "topology/thread_siblings_list", "2,6");
  put_cpu(7, "topology/thread_siblings_list", "6-7");
  EXPECT_EQ(describe(6).governor, "powersave");
  EXPECT_THAT(describe(6).siblings, ElementsAre(2));
  EXPECT_THAT(describe(7).siblings, ElementsAre(6));
  EXPECT_THAT(describe(5).siblings, IsEmpty());
}

TEST_F(SysFiles, CachesAreThoseOfData) {
  const auto put_cache = [&](int index, const char* level, const char* type, const char* size) {
    const std::string cache = fmt::format("cache/index{}/", index);
    put_cpu(4, cache + "level", level);
    put_cpu(4, cache + "type", type);
    put_cpu(4, cache + "size", size);
  };
  put_cache(0, "1", "Data", "48K");
  put_cache(1, "1", "Instruction", "32K");
  put_cache(2, "2", "Unified", "2M");
  EXPECT_THAT(describe(4).caches,
              ElementsAre(CacheFacts{1, "Data", 48 << 10}, CacheFacts{2, "Unified", 2 << 20}));
}

// Virtual machines leave files out, or empty.
TEST_F(SysFiles, CachesThatAreDescribedByHalfAreLeftOut) {
  put_cpu(0, "cache/index0/level", "1");
  put_cpu(0, "cache/index0/type", "Data");
  put_cpu(0, "cache/index1/level", "");
  put_cpu(0, "cache/index1/type", "Unified");
  put_cpu(0, "cache/index1/size", "1M");
  put_cpu(0, "cache/index2/level", "x");
  put_cpu(0, "cache/index2/type", "Unified");
  put_cpu(0, "cache/index2/size", "1M");
  put_cpu(0, "cache/index3/level", "3");
  put_cpu(0, "cache/index3/type", "Unified");
  put_cpu(0, "cache/index3/size", "32M");
  EXPECT_THAT(describe(0).caches, ElementsAre(CacheFacts{3, "Unified", 32 << 20}));
}

TEST_F(SysFiles, WhatIsNotThereIsAbsent) {
  const Processor processor = describe(9);
  EXPECT_EQ(processor.core_type, std::nullopt);
  EXPECT_EQ(processor.capacity, std::nullopt);
  EXPECT_EQ(processor.max_khz, std::nullopt);
  EXPECT_EQ(processor.governor, std::nullopt);
  EXPECT_THAT(processor.caches, IsEmpty());
}

TEST_F(SysFiles, TwoOfOneNameAreToldApartByFamilyModelAndStepping) {
  put("cpuinfo",
      "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\nstepping\t: 1\n\n"
      "processor\t: 1\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\nstepping\t: 0\n");
  const ProcessorName first = name_of_processor(0, dir_ / "cpuinfo");
  EXPECT_EQ(first.name, "AMD EPYC");
  EXPECT_EQ(first.model, "family 25, model 17, stepping 1");
  EXPECT_EQ(name_of_processor(1, dir_ / "cpuinfo").model, "family 26, model 2, stepping 0");
  EXPECT_EQ(name_of_processor(7, dir_ / "cpuinfo").model, first.model);
}

TEST_F(SysFiles, ProcessorsOfArmAreNamedByImplementerAndPart) {
  put("cpuinfo",
      "processor\t: 0\nCPU implementer\t: 0x41\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\n"
      "CPU revision\t: 1\n\n"
      "processor\t: 1\nCPU implementer\t: 0x99\nCPU variant\t: 0x0\nCPU part\t: 0x123\n"
      "CPU revision\t: 2\n\nHardware\t: some board\n");
  const ProcessorName known = name_of_processor(0, dir_ / "cpuinfo");
  EXPECT_EQ(known.name, "Neoverse-N1 (implementer 0x41, part 0xd0c)");
  EXPECT_EQ(known.model, "variant 0x3, revision 1");
  EXPECT_EQ(name_of_processor(1, dir_ / "cpuinfo").name, "ARM (implementer 0x99, part 0x123)");
}

TEST_F(SysFiles, WithoutCpuinfoAProcessorHasNoName) {
  EXPECT_EQ(name_of_processor(0, dir_ / "nothing").name, std::nullopt);
  EXPECT_EQ(name_of_processor(0, dir_ / "nothing").model, std::nullopt);
}

}  // namespace
}  // namespace gapmeter
