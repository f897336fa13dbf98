// The lanes: the languages whose variants of a kernel are compared.
//
// A lane is declared once, in scripts/gapmeter_report/lanes.json: its name, its side, what starts
// its worker, and how charts show it. The rest of the program asks a lane for its properties and
// never which lane it is.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gapmeter {

// A gap is the latency of a Python variant over that of a compiled one.
enum class LaneSide : std::uint8_t { compiled, python };

// What runs a lane's variants: the program itself, into which they are linked, or one of the run's
// engines, an interpreter.
enum class WorkerKind : std::uint8_t { program, engine };

struct LaneDeclaration {
  std::string_view name;
  LaneSide side;
  WorkerKind worker;
};

class Lane {
 public:
  std::string_view name() const { return declaration().name; }
  bool is_compiled() const { return declaration().side == LaneSide::compiled; }
  bool is_python() const { return declaration().side == LaneSide::python; }
  // Whether a run can have this lane on several engines; its variants then name theirs.
  bool has_engines() const { return declaration().worker == WorkerKind::engine; }

  auto operator<=>(const Lane&) const = default;

  // The lane of the functions in Kernel::native, and that of a kernel's Python module.
  static Lane native();
  static Lane python();
  static std::optional<Lane> called(std::string_view name);

 private:
  explicit constexpr Lane(std::uint8_t index) : index_(index) {}
  const LaneDeclaration& declaration() const;

  std::uint8_t index_;
};

// Every lane, in the order in which they are shown.
std::span<const LaneDeclaration> lanes();

}  // namespace gapmeter
