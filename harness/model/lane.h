// The lanes: the languages whose variants of a kernel are compared.
//
// A lane with kernels of its own is declared once, in scripts/gapmeter_report/lanes.json: its name,
// its side, what starts its worker, and how charts show it. Any other name is a lane of commands
// that users call by it, as in go/wc: compiled, and run by the program. The rest of the program
// asks a lane for its properties and never which lane it is.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

  // Declared lanes in their order, then the others by name.
  auto operator<=>(const Lane&) const = default;

  // The lane of the functions in Kernel::native, and that of a kernel's Python module.
  static Lane native();
  static Lane python();
  // nullopt for what no lane may be called: a name is lower-case letters, digits, _, + and -, and
  // begins with a letter.
  static std::optional<Lane> called(std::string_view name);

 private:
  explicit Lane(std::uint8_t index, std::string name = {})
      : index_(index), undeclared_(std::move(name)) {}
  LaneDeclaration declaration() const;

  std::uint8_t index_;      // in lanes(); their number: not declared
  std::string undeclared_;  // its name if it is not
};

// Every declared lane, in the order in which they are shown.
std::span<const LaneDeclaration> lanes();

}  // namespace gapmeter
