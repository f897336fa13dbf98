#!/usr/bin/python3
"""What the C++ and the Rust compiler made of the same loops, from the built program's machine code.

    benchmarks/compare_code.py build/release [--write docs/compilers.md]

Disassembles variants of `sum` and `apply_weights` with objdump, finds the loop of each that does
most of the work, and prints for each kernel a table of what that loop is made of, and the loops
themselves, in Markdown; --write puts them there. Nothing is run or timed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pages import put

# A vector's floats, by the letter of its register.
FLOATS = {"x": 4, "y": 8, "z": 16}


@dataclass(frozen=True)
class Variant:
    """A variant, and the function that it is in its kernel's source."""

    kernel: str
    name: str  # LANE/NAME
    function: str
    inputs: int  # arrays that each element is read from

    def symbol(self, modules: dict[str, str]) -> str:
        """A part of its symbol. Rust's modules are numbered in the order of their files."""
        if self.name.startswith("native/"):
            return f"gapmeter_{self.kernel}::{self.function}("
        return f"::{modules[self.kernel]}::{self.function},"


SUM = [
    Variant("sum", "native/strict", "strict", 1),
    Variant("sum", "rust/strict", "iter_sum", 1),
    Variant("sum", "rust/indexed", "indexed", 1),
    Variant("sum", "native/reassociated", "reassociated", 1),
    Variant("sum", "rust/reassociated", "chunks", 1),
]
APPLY_WEIGHTS = [
    Variant("apply_weights", "native/alloc", "alloc", 2),
    Variant("apply_weights", "rust/alloc", "alloc", 2),
    Variant("apply_weights", "rust/push", "push", 2),
    Variant("apply_weights", "native/zipped", "zipped", 2),
    Variant("apply_weights", "rust/zipped", "zipped", 2),
    Variant("apply_weights", "rust/mul_add", "mul_add", 2),
    Variant("apply_weights", "native/nofma", "nofma", 2),
    Variant("apply_weights", "native/checked", "checked", 2),
    Variant("apply_weights", "rust/checked", "indexed", 2),
]


@dataclass(frozen=True)
class Instruction:
    """One line of a disassembly."""

    address: int
    text: str

    @property
    def operation(self) -> str:
        """Its mnemonic."""
        return self.text.split()[0]

    @property
    def target(self) -> int | None:
        """Where a jump leads to."""
        found = re.match(r"j\w+\s+([0-9a-f]+)", self.text)
        return int(found[1], 16) if found else None

    @property
    def is_conditional(self) -> bool:
        """Whether it is a jump that may not be taken."""
        return self.operation.startswith("j") and self.operation != "jmp"

    @property
    def registers(self) -> str:
        """The letters of the vector registers that it names."""
        return "".join(re.findall(r"\b([xyz])mm\d+", self.text))

    @property
    def floats(self) -> int:
        """How many float32 its registers hold, as far as it uses them."""
        return 1 if self.operation.endswith("ss") else FLOATS[self.registers[0]]

    @property
    def floats_read(self) -> int:
        """The float32 that it reads from memory, the stack apart."""
        destination, _, source = self.text.partition(",")
        if "PTR [" not in source or "[rsp" in source or not self.registers or "[" in destination:
            return 0
        return self.floats

    @property
    def is_fused(self) -> bool:
        """Whether it multiplies and adds in one step."""
        return self.operation.startswith("vfmadd")


@dataclass(frozen=True)
class Loop:
    """The instructions from where a jump leads back to, up to that jump."""

    body: list[Instruction]

    @property
    def floats_read(self) -> int:
        """The float32 that an iteration reads."""
        return sum(step.floats_read for step in self.body)

    @property
    def vector_bits(self) -> int:
        """Of its arithmetic: 32 for one float at a time."""
        pattern = re.compile(r"v?(add|mul|fmadd\d*)[ps]s$")
        arithmetic = [step for step in self.body if pattern.match(step.operation)]
        return 32 * max((step.floats for step in arithmetic), default=0)

    @property
    def checks(self) -> int:
        """The conditional jumps besides the one that closes it."""
        return sum(step.is_conditional for step in self.body[:-1])


def disassembly(program: Path) -> dict[str, list[Instruction]]:
    """The instructions of every function, by its symbol."""
    command = ["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", "-M", "intel"]
    command.append(str(program))
    functions: dict[str, list[Instruction]] = {}
    current: list[Instruction] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as objdump:
        assert objdump.stdout is not None
        for line in objdump.stdout:
            if heading := re.match(r"[0-9a-f]+ <(.*)>:$", line):
                current = functions.setdefault(heading[1], [])
            elif step := re.match(r" +([0-9a-f]+):\t(\S.*)$", line):
                text = " ".join(re.sub(r"<.*|#.*", "", step[2]).split())
                current.append(Instruction(int(step[1], 16), text))
    if objdump.returncode != 0:
        raise SystemExit(f"compare_code: objdump can't read {program}")
    return functions


def innermost_loops(function: list[Instruction]) -> Iterator[Loop]:
    """Those in which no other jump leads back, and which do not leave on their way."""
    places = {step.address: place for place, step in enumerate(function)}
    backward = [
        (places[step.target], place)
        for place, step in enumerate(function)
        if step.target in places and places[step.target] <= place
    ]
    for begin, end in backward:
        body = function[begin:end + 1]
        leaves = any(step.operation in ("ret", "jmp") for step in body[:-1])
        if not leaves and not any(begin <= b and e < end for b, e in backward):
            yield Loop(body)


def main_loop(
    variant: Variant, functions: dict[str, list[Instruction]], modules: dict[str, str]
) -> Loop:
    """The one that reads most in an iteration; the others do what remains of the last one."""
    part = variant.symbol(modules)
    own = [steps for symbol, steps in functions.items() if part in symbol]
    loops = [loop for steps in own for loop in innermost_loops(steps)]
    if not loops:
        raise SystemExit(f"compare_code: no loop of {variant.name} of {variant.kernel} is found")
    return max(loops, key=lambda loop: loop.floats_read)


def numbered_modules(build: Path) -> dict[str, str]:
    """The module of each kernel's .rs, by the kernel's name."""
    text = (build / "rust" / "gapmeter" / "kernels.rs").read_text(encoding="utf-8")
    found = re.findall(r'path = ".*/kernels/(\w+)\.rs"\]\nmod (\w+);', text)
    return dict(found)


def compilers_of(program: Path) -> str:
    """Who compiled it, and for which processor."""
    command = ["readelf", "--string-dump=.comment", str(program)]
    comment = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    compilers = re.findall(r"\] +(\S.*(?:\d+\.\d+).*)", comment)
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"model name\s*: (.*)", cpuinfo)
    processor = found[1] if found else "this processor"
    return f"{'; '.join(compilers)}; for {processor}."


def table_of(loops: dict[str, tuple[Variant, Loop]]) -> list[str]:
    """What each loop is made of."""
    lines = [
        "| variant | bits of its vectors | elements in an iteration | "
        "instructions for each element | fused | checks in an iteration |",
        "| --- | ---: | ---: | ---: | --- | ---: |",
    ]
    for name, (variant, loop) in loops.items():
        elements = loop.floats_read // variant.inputs
        fused = "yes" if any(step.is_fused for step in loop.body) else "no"
        lines.append(
            f"| `{name}` | {loop.vector_bits} | {elements} | {len(loop.body) / elements:.2f} "
            f"| {fused if variant.inputs == 2 else ''} | {loop.checks} |"
        )
    return lines


def listings_of(loops: dict[str, tuple[Variant, Loop]]) -> list[str]:
    """The loops themselves."""
    lines = []
    for name, (_, loop) in loops.items():
        lines += ["", f"`{name}`:", "", "```asm", *(step.text for step in loop.body), "```"]
    return lines


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="build directory")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables there as well")
    options = parser.parse_args()
    program = options.build / "gapmeter"
    functions = disassembly(program)
    modules = numbered_modules(options.build)
    texts = {"compilers": compilers_of(program)}
    for variants in (SUM, APPLY_WEIGHTS):
        loops = {v.name: (v, main_loop(v, functions, modules)) for v in variants}
        texts[variants[0].kernel] = "\n".join(table_of(loops))
        texts[f"{variants[0].kernel} loops"] = "\n".join(listings_of(loops))
    for name, text in texts.items():
        print(f"{text}\n")
        if options.write:
            put(options.write, f"compare_code: {name}", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
