"""The Python lane in an interpreter other than the embedded one.

    PYTHON -E -X utf8 -B -u engine.py MODULE EXTENSION_DIR PYTHON_DIR
    PYTHON -E -X utf8 -B -u engine.py identify

The worker (harness/worker/interpreter_lane.cpp) starts it and asks step by step. Here calls are
timed and the interpreter's own state is read, nothing else: what is sent back is raw nanoseconds,
counts and outputs as bytes, and the worker has the inputs, the verification and the statistics.

A request is a line of words; the answer is a line, `MEANING BYTES`, and so many bytes. MEANING is
`ok` or what gapmeter.failure_of says. MODULE is the compiled loop (gapmeter_loop.c), which CPython
gets; an empty one stands for the loop below. EXTENSION_DIR and PYTHON_DIR are where variants'
modules are. Runs on CPython from 3.8 and on PyPy.
"""

from __future__ import annotations

import gc
import os
import sys
from array import array
from itertools import repeat
from time import perf_counter_ns

TYPE_CHECKING = False  # type checkers take it for true, as they do typing's
if TYPE_CHECKING:
    from typing import Any, Callable

# harness/base/channel.h
REQUEST_FD, ANSWER_FD, INPUTS_FD = 3, 4, 5

IS_PYPY = sys.implementation.name == "pypy"
MAP_POPULATE = 0x8000  # in the module mmap since Python 3.10


class PythonLoop:
    """The functions of gapmeter_loop, in Python."""

    def __init__(self) -> None:
        # Of a compiler that traces: it must not leave out work whose result nobody looks at.
        self._kept: list[Any] = [None]

    def timed(self, function: Callable[..., Any], arguments: tuple[Any, ...], calls: int) -> int:
        """Nanoseconds of so many calls with the same arguments."""
        if IS_PYPY:
            return self._timed_and_kept(function, arguments, calls)
        start = perf_counter_ns()
        for _ in repeat(None, calls):
            function(*arguments)
        return perf_counter_ns() - start

    def timed_each(self, function: Callable[..., Any], each: list[tuple[Any, ...]]) -> int:
        """Nanoseconds of a call with each of these arguments."""
        if IS_PYPY:
            kept = self._kept
            start = perf_counter_ns()
            for arguments in each:
                kept[0] = function(*arguments)
            return perf_counter_ns() - start
        start = perf_counter_ns()
        for arguments in each:
            function(*arguments)
        return perf_counter_ns() - start

    def _timed_and_kept(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], calls: int
    ) -> int:
        kept = self._kept
        start = perf_counter_ns()
        for _ in range(calls):
            kept[0] = function(*arguments)
        return perf_counter_ns() - start

    def trim(self) -> None:
        """Hand freed heap memory back to the system."""
        if not IS_PYPY:  # which does not get it from malloc
            import ctypes

            ctypes.CDLL(None).malloc_trim(0)


class Field:
    """A word of a request about an input: name:format:shape:place:is_inout, in which place is an
    offset into the inputs or, without a shape, the value."""

    def __init__(self, word: str) -> None:
        self.name, self.format, shape, self.place, inout = word.split(":")
        self.shape = [int(extent) for extent in shape.split(",")] if shape else []
        self.is_inout = inout == "1"

    def of(self, raw: memoryview) -> Any:
        """Its value: a view of the inputs' bytes, or a number."""
        if not self.shape:
            return float.fromhex(self.place) if self.format in "fd" else int(self.place)
        return self.viewed(_bytes_at(raw, int(self.place), self._bytes()))

    def viewed(self, raw: memoryview) -> memoryview:
        """Bytes as elements in the field's shape."""
        if len(self.shape) == 1:
            return raw.cast(self.format)
        return raw.cast(self.format, self.shape)

    def _bytes(self) -> int:
        size = array(self.format).itemsize
        for extent in self.shape:
            size *= extent
        return size


def _bytes_at(raw: memoryview, start: int, size: int) -> memoryview:
    return raw[start:][:size]


class InputsOfTask:
    """The inputs that the worker has put into its file, from an offset."""

    def __init__(self, n: str, offset: str, size: str, fields: list[str]) -> None:
        self.n, self._offset, self._size = int(n), int(offset), int(size)
        self.fields = [Field(word) for word in fields]
        self.inout = [field for field in self.fields if field.is_inout]

    def raw(self) -> memoryview:
        """All bytes, read-only and resident; unmapped when nothing views them any more."""
        if self._size == 0:
            return memoryview(b"")
        import mmap

        flags = mmap.MAP_SHARED | MAP_POPULATE
        return memoryview(
            mmap.mmap(INPUTS_FD, self._size, flags, mmap.PROT_READ, offset=self._offset)
        )

    def namespace(self, raw: memoryview) -> gapmeter.Inputs:
        """What `prepare` gets."""
        space = gapmeter.Inputs(n=self.n)
        for field in self.fields:
            setattr(space, field.name, field.of(raw))
        space.left_out |= {field.name for field in self.inout}
        return space

    def namespace_of_call(self, raw: memoryview) -> tuple[gapmeter.Inputs, list[memoryview]]:
        """What `fresh` gets for one call, and the bytes of the inout fields in it."""
        space = self.namespace(raw)
        space.left_out = {"n"} | {field.name for field in self.fields if not field.is_inout}
        copies = []
        for field in self.inout:
            copy = memoryview(bytearray(getattr(space, field.name).nbytes))
            setattr(space, field.name, field.viewed(copy))
            copies.append(copy)
        return space, copies


class BoundVariant:
    """A variant bound to inputs, ready to be called."""

    def __init__(self, path: str, name: str, inputs: InputsOfTask, outputs: list[str]) -> None:
        self.path, self.name, self.inputs = path, name, inputs
        self.outputs = [
            (word.split(":")[0], word.split(":")[1], _shape_of(word.split(":")[2]))
            for word in outputs
        ]
        self._originals = inputs.raw() if inputs.inout else memoryview(b"")
        self._spaces: list[tuple[gapmeter.Inputs, list[memoryview]]] = []
        self._changed: list[tuple[Any, ...]] = []  # what calls may change, one after the other
        self._next = 0
        self.function, self.arguments, self._fresh, self.metrics = gapmeter.bind(
            path, name, inputs.namespace(inputs.raw()), len(inputs.inout)
        )
        gil = gapmeter.gil_enabled()  # after all imports
        if gil is not None:
            self.metrics["gil_enabled"] = float(gil)

    def restore(self, calls: int) -> None:
        """Give each of the next calls what it may change."""
        if not self.inputs.inout:
            return
        while len(self._spaces) < calls:
            self._spaces.append(self.inputs.namespace_of_call(self._originals))
        self._changed.clear()
        for space, copies in self._spaces[:calls]:
            for field, copy in zip(self.inputs.inout, copies):
                copy[:] = _bytes_at(self._originals, int(field.place), len(copy))
            self._changed.append(gapmeter.fresh_arguments(self._fresh, space, len(copies)))
        self._next = 0

    def timed(self, loop: Any, calls: int) -> int:
        """Nanoseconds of so many of the calls that restore() was for."""
        if not self.inputs.inout:
            return int(loop.timed(self.function, self.arguments, calls))
        left = self._changed[self._next:]
        each = [changed + self.arguments for changed in left[:calls]]
        self._next += calls
        if len(each) < calls:
            raise RuntimeError("more calls than restored copies")
        return int(loop.timed_each(self.function, each))

    def result(self) -> bytes:
        """The outputs of one call, and what it left in the inout fields, as wide numbers."""
        self.restore(1)
        changed = self._changed[0] if self.inputs.inout else ()
        self._next = 1
        returned = self.function(*changed, *self.arguments)
        of_call = len(self.outputs) - len(self.inputs.inout)
        results = gapmeter.as_outputs(returned, self.outputs[:of_call])
        for value, (name, dtype, shape) in zip(changed, self.outputs[of_call:]):
            results.append(gapmeter.as_output(value, dtype, shape, f"left in '{name}':"))
        return b"".join(numbers.tobytes() for numbers in results)

    def follow(self, inputs: InputsOfTask) -> bool:
        """Bring what was prepared up to date with inputs whose content was replaced."""
        import prepared

        self.inputs = inputs  # numbers among them are others now
        renewed = prepared.follow(
            self.arguments, self.path, self.name, self.inputs.namespace(self.inputs.raw())
        )
        if renewed is None:
            return False
        self.arguments = renewed
        self._spaces.clear()
        return True


def _shape_of(text: str) -> tuple[int, ...]:
    return tuple(int(extent) for extent in text.split(",")) if text else ()


class CollectionWatch:
    """Counts the collector's runs, but for those while copies are restored."""

    def __init__(self) -> None:
        self.counts = [0, 0, 0]
        self.total_ns = self.longest_ns = 0
        self.is_paused = False
        self._started = 0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, info: dict[str, int]) -> None:
        if self.is_paused:
            return
        if phase == "start":
            self._started = perf_counter_ns()
            return
        taken = perf_counter_ns() - self._started
        # Python 3.14 has more kinds of collections than generations.
        self.counts[min(info["generation"], 2)] += 1
        self.total_ns += taken
        self.longest_ns = max(self.longest_ns, taken)

    def end(self) -> list[int]:
        """Counts by generation, all time and the longest; nothing if the variant has stopped it."""
        if self._note not in gc.callbacks:
            return []
        gc.callbacks.remove(self._note)
        return [*self.counts, self.total_ns, self.longest_ns]


class Engine:
    """What the worker can ask for: a method for each request."""

    def __init__(self, module: str, python_dir: str) -> None:
        self._python_dir = python_dir
        self._loop: Any = _compiled_loop(module) if module else PythonLoop()
        self._is_compiled = bool(module)
        self._bound: BoundVariant
        self._watch: Any = None
        self._collections: CollectionWatch | None = None

    def describe(self, module: str = "") -> bytes:
        """The variants, the interpreter, and what this engine can't tell."""
        missing = [f"{columns}: {name} is missing" for name, columns in _missing()]
        call_ns = None
        if not self._is_compiled:
            self._loop.timed(_nothing, (), 100_000)
            call_ns = min(self._loop.timed(_nothing, (), 10_000) for _ in range(9)) / 10_000
        text = gapmeter.description(
            self._python_dir,
            module,
            engine="stock" if self._is_compiled else "portable",
            call_ns=call_ns,
            missing=missing,
        )
        return text.encode()

    def bind(self, kernel: str, variant: str, *words: str) -> bytes:
        """Prepare a variant: n, offset and size of the inputs, their fields, -, the outputs."""
        n, offset, size, *rest = words
        between = rest.index("-")
        self._bound = BoundVariant(
            f"{self._python_dir}/{kernel}.py",
            variant,
            InputsOfTask(n, offset, size, rest[:between]),
            rest[between:][1:],
        )
        lines = (f"{name} {value.hex()}\n" for name, value in self._bound.metrics.items())
        return "".join(lines).encode()

    def drop(self) -> bytes:
        """Forget the variant that was bound and what was prepared."""
        del self._bound
        self._watch = None
        return b""

    def restore(self, calls: str) -> bytes:
        """For the next run, or for nothing but its time."""
        self._bound.restore(int(calls))
        return b""

    def run(self, calls: str) -> bytes:
        """Calls that restore() was for; nanoseconds."""
        return array("q", [self._bound.timed(self._loop, int(calls))]).tobytes()

    def time(self, calls: str, batches: str) -> bytes:
        """So many batches, each restored before: nanoseconds, after what the system counted."""
        each = int(calls)
        times = array("q", bytes(8 * int(batches)))  # touched before anything is timed
        for i in range(len(times)):
            self._bound.restore(each)
            times[i] = self._bound.timed(self._loop, each)
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        counted = array("q", [usage.ru_nivcsw, usage.ru_minflt, usage.ru_majflt])
        return (counted + times).tobytes()

    def single(self, wanted_ns: str, most: str) -> bytes:
        """Calls timed one by one until they took so long together, or so many: nanoseconds."""
        times = array("q")
        first = perf_counter_ns()
        while True:
            self._restore_aside()
            times.append(self._bound.timed(self._loop, 1))
            if perf_counter_ns() - first >= int(wanted_ns) or len(times) == int(most):
                return times.tobytes()

    def _restore_aside(self) -> None:
        if self._collections:
            self._collections.is_paused = True
        self._bound.restore(1)
        if self._collections:
            self._collections.is_paused = False

    def clock(self) -> bytes:
        """What timing a call that does nothing gives: nanoseconds, the least of many."""
        least = min(self._loop.timed(_nothing, (), 1) for _ in range(1000))
        return array("q", [least]).tobytes()

    def result(self) -> bytes:
        """Of one call that restores for itself."""
        return self._bound.result()

    def follow(self, _kernel: str, _variant: str, *words: str) -> bytes:
        """1 if what was prepared follows the inputs that were replaced: words as those of bind."""
        n, offset, size, *rest = words
        inputs = InputsOfTask(n, offset, size, rest[:rest.index("-")])
        return b"1" if self._bound.follow(inputs) else b""

    def traces(self) -> bytes:
        """1 if the interpreter compiles while it runs."""
        return b"" if sys.implementation.name == "cpython" else b"1"

    def watch(self) -> bytes:
        """Remember what was prepared."""
        import prepared

        module = gapmeter.load_module(self._bound.path)
        self._watch = prepared.Watch(self._bound.arguments, module)
        return b""

    def spoil(self, sign: str) -> bytes:
        """1 if something has changed since, which is overwritten then."""
        return b"1" if self._watch.spoil_changes(int(sign)) else b""

    def cache(self) -> bytes:
        """A function that found all of its results in its cache."""
        return str(self._watch.answers_from_cache()).encode()

    def settle(self) -> bytes:
        """Free what only the collector frees, and hand it back."""
        gc.collect()
        if IS_PYPY:
            gc.collect()  # what the first one has called finalizers of
        self._loop.trim()
        return b""

    def collections(self) -> bytes:
        """Begin to count the collector's runs; 1 if they can be."""
        if not hasattr(gc, "callbacks"):
            return b""
        self._collections = CollectionWatch()
        return b"1"

    def collected(self) -> bytes:
        """Stop counting them: their counts by generation, all time and the longest."""
        assert self._collections is not None
        return array("q", self._collections.end()).tobytes()


def _nothing() -> None:
    pass


def _missing() -> list[tuple[str, str]]:
    """What this interpreter lacks, and the columns that are empty for it."""
    return [] if hasattr(gc, "callbacks") else [("gc.callbacks", "gc_collections_*, gc_*_ns")]


def _compiled_loop(path: str) -> Any:
    directory = os.path.dirname(path)
    sys.path.insert(0, directory)
    import gapmeter_loop

    sys.path.remove(directory)
    return gapmeter_loop


def identify() -> None:
    """Tell what a module for this interpreter is built with."""
    import json
    import sysconfig

    facts = {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "include_dirs": [sysconfig.get_path("include"), sysconfig.get_path("platinclude")],
        "suffix": sysconfig.get_config_var("EXT_SUFFIX") or "",
        "executable": os.path.realpath(sys.executable),
    }
    os.write(ANSWER_FD, json.dumps(facts).encode())


def serve(engine: Engine) -> None:
    """Answer until there is no further request."""
    with os.fdopen(REQUEST_FD, "rb") as requests, os.fdopen(ANSWER_FD, "wb") as answers:
        for line in requests:
            name, *words = line.decode().split()
            try:
                meaning, content = "ok", getattr(engine, name)(*words)
            except BaseException as error:
                meaning, reason = gapmeter.failure_of(error)
                content = reason.encode("utf-8", "backslashreplace")
            answers.write(f"{meaning} {len(content)}\n".encode())
            answers.write(content)
            answers.flush()
            del content
    # Finalising would free millions of objects one by one, and may wait for a variant's threads.
    sys.stdout.flush()
    os._exit(0)


def main() -> None:
    """Serve; never returns."""
    module, extension_dir, python_dir = sys.argv[1:]
    for fd in (REQUEST_FD, ANSWER_FD, INPUTS_FD):
        os.set_inheritable(fd, False)  # what a variant starts must not hold them
    sys.path.insert(1, extension_dir)
    # Helpers that variants share. Last: a kernel may be called as a standard module is.
    sys.path.append(python_dir)
    engine = Engine(module, python_dir)
    serve(engine)


def be_in_utf_8() -> None:
    """PyPy takes the encoding of paths from the locale, even in UTF-8 mode: begin again in one of
    UTF-8."""
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("LC_ALL") != "C.UTF-8":
        command = [sys.executable, "-E", "-X", "utf8", "-B", "-u", *sys.argv]
        words = [word.encode("utf-8", "surrogateescape") for word in command]
        os.execve(words[0], words, {**os.environb, b"LC_ALL": b"C.UTF-8"})


if __name__ == "__main__":
    be_in_utf_8()
    if sys.argv[1] == "identify":
        identify()
    else:
        import gapmeter

        main()
