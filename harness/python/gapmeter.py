"""What a kernel's .py imports, and what the Python worker calls to find and prepare variants.

A variant is a plain function under `@variant`. It is called with the values that its `prepare`
returned, positionally, and nothing else happens inside the timed region. The inputs arrive as
read-only memoryviews over the bytes that the native variants get (scalars as int or float).

Every round starts an interpreter and imports this module, which is why it imports so little:
dataclasses, typing and pathlib together take as long as the interpreter itself.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import sys
from array import array
from types import CodeType, ModuleType, SimpleNamespace

TYPE_CHECKING = False  # type checkers take it for true, as they do typing's
if TYPE_CHECKING:
    from typing import Any, Callable

_VARIANTS = "__gapmeter_variants__"
_MODULE_PREFIX = "gapmeter_kernel_"
_importing: list[ModuleType] = []  # the kernels' modules that are being imported, innermost last


class Skip(Exception):
    """The variant can't run here, which is not an error; the message says why."""


class WrongResult(Exception):
    """A variant returned something of the wrong type or shape; the message says what."""


class Inputs(SimpleNamespace):
    """What `prepare` and `fresh` get: one attribute for each input, and `n`.

    Names of attributes that are no inputs are among names_in_python (harness/kernel/kernel.cpp).
    """

    __slots__ = ("metrics", "left_out")  # not among the attributes that are inputs

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.metrics: dict[str, float] = {}
        self.left_out = {"n"}  # what fields() leaves out

    def report(self, name: str, value: float) -> None:
        """Report a figure beside time and memory: the size of an object, how long compiling took.

        The name is lower-case and ends in the unit: compile_s. It goes to metrics.csv.
        """
        if name in self.metrics:
            raise ValueError(f"the metric {name} is reported twice")
        self.metrics[name] = float(value)


if TYPE_CHECKING:
    Prepare = Callable[[Inputs], Any]


class Variant:
    """A Python implementation of a kernel, as its module declares it."""

    def __init__(
        self,
        function: Callable[..., Any],
        prepare: Prepare | None,
        fresh: Prepare | None,
        requires: tuple[str, ...],
        max_size: int | None,
        quick: bool,
        job: str,
    ) -> None:
        self.name = function.__name__
        self.function = function
        self.prepare = prepare
        self.fresh = fresh
        self.requires = requires
        self.max_size = max_size
        self.quick = quick
        self.job = job


def variant(
    function: Callable[..., Any] | None = None,
    *,
    prepare: Prepare | None = None,
    fresh: Prepare | None = None,
    requires: str | tuple[str, ...] = (),
    max_size: int | None = None,
    quick: bool = True,
    job: str = "",
) -> Any:
    """Declare the function below as a variant, named after it.

    prepare: takes the inputs (an attribute for each field, and `n`) and returns the positional
        arguments, a tuple, or one value that is the only argument. Never timed. By default the
        memoryviews themselves, in the order of declaration.
    fresh: of a kernel with inout fields: makes what a call may change, one object for each of these
        fields, from writable memoryviews of its own. Called before every call, never timed. These
        arguments come first. By default the memoryviews themselves.
    requires: packages without which the variant is skipped; `prepare` imports what it needs.
    max_size: the largest n that the variant is meant for; larger ones are skipped.
    quick: False leaves the variant out of `--quick` runs, because preparing it takes seconds.
    job: what the variant is asked to do, if that is not the kernel's main job: it is compared only
        with native variants of the same job.
    """

    def declare(decorated: Callable[..., Any]) -> Callable[..., Any]:
        if not _importing:
            raise RuntimeError("@variant is for functions of a kernel's module")
        if not hasattr(decorated, "__name__"):
            raise TypeError(f"@variant is for functions, declared with def, not {decorated!r}")
        packages = tuple(requires) if isinstance(requires, (tuple, list)) else (requires,)
        # Not those of decorated.__globals__: they are another module's if its decorator made it.
        declared = vars(_importing[-1]).setdefault(_VARIANTS, [])
        declared.append(Variant(decorated, prepare, fresh, packages, max_size, quick, job))
        return decorated

    return declare if function is None else declare(function)


def fields(inputs: Inputs) -> tuple[Any, ...]:
    """Prepare or fresh: the inputs as they are, memoryviews and scalars.

    For `fresh` the inout fields alone, for `prepare` all the others.
    """
    return tuple(value for name, value in vars(inputs).items() if name not in inputs.left_out)


def as_lists(inputs: Inputs) -> tuple[Any, ...]:
    """Prepare or fresh: every array as a list of Python numbers."""
    return tuple(
        value.tolist() if isinstance(value, memoryview) else value for value in fields(inputs)
    )


def as_numpy(inputs: Inputs) -> tuple[Any, ...]:
    """Prepare or fresh: every array as a NumPy array over the same bytes, nothing copied."""
    import numpy

    return tuple(
        numpy.asarray(value) if isinstance(value, memoryview) else value
        for value in fields(inputs)
    )


def compiled(
    inputs: Inputs, function: Callable[..., Any], *arguments: Any, **options: Any
) -> Callable[..., Any]:
    """For `prepare`: the function compiled by Numba for arguments of these types.

    Compiling is reported as compile_s and not timed otherwise. `options` are those of numba.njit.
    """
    import time

    import numba

    compiled_function = numba.njit(function, **options)
    started = time.perf_counter()
    compiled_function(*arguments)
    inputs.report("compile_s", time.perf_counter() - started)
    return compiled_function


def compiled_by_jax(
    inputs: Inputs, function: Callable[..., Any], *arguments: Any
) -> tuple[Any, ...]:
    """For `prepare`: the function compiled by JAX for these arrays, then the arrays in JAX.

    Compiling is reported as compile_s. JAX works in one thread, which is not the caller's: a call
    has to wait for its result (block_until_ready).
    """
    import time

    flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    own = tuple(jax.numpy.asarray(argument) for argument in arguments)
    started = time.perf_counter()
    compiled_function = jax.jit(function).lower(*own).compile()
    inputs.report("compile_s", time.perf_counter() - started)
    return compiled_function, *own


# Below: called by the workers, not by kernels: by the one that embeds an interpreter
# (harness/worker/python_worker.cpp), and by engine.py in other interpreters.


def load_module(path: str) -> ModuleType:
    """Import one kernel's .py by its path, once in a process.

    It can be found by its name afterwards, as pickle and dataclasses require, and keeps its
    globals from one bind to the next.
    """
    name = _MODULE_PREFIX + _stem_of(path)
    if name not in sys.modules:
        loader = importlib.machinery.SourceFileLoader(name, path)
        module = sys.modules[name] = ModuleType(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, loader, origin=path)
        module.__file__ = path
        _importing.append(module)
        try:
            loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        finally:
            _importing.pop()
    return sys.modules[name]


def _stem_of(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def declared_variants(module: ModuleType) -> list[Variant]:
    """The variants of a module, in the order of their definition, duplicates included."""
    return list(getattr(module, _VARIANTS, []))


def describe(directory: str, only: str = "") -> dict[str, Any]:
    """The variants of every module in a directory, or of one alone.

    Modules that can't be used become problems.
    """
    sys_path = list(sys.path)  # modules may add to it
    modules: list[str] = []
    variants: list[dict[str, Any]] = []
    problems: list[tuple[str, str, str]] = []
    found_files = {name for name in os.listdir(directory) if name.endswith(".py")}
    if only:
        found_files &= {f"{only}.py"}
    for file in sorted(found_files):
        stem = _stem_of(file)
        modules.append(stem)
        try:
            declared = declared_variants(load_module(os.path.join(directory, file)))
        except (Exception, SystemExit) as error:
            package = _missing_package(error, directory)
            what = f"needs the package {package}: {error}" if package else (
                f"can't be imported: {type(error).__name__}: {error}"
            )
            problems.append((stem, f"{file} {what}", package))
            continue
        seen: set[str] = set()
        for found in declared:
            if found.name in seen:
                problems.append((stem, f"python/{found.name} is declared twice", ""))
                continue
            seen.add(found.name)
            mistakes = _mistakes(found, stem)
            problems += [(stem, text, "") for text in mistakes]
            # Of one that won't run only a name that a row may have.
            variants.append(
                {
                    "kernel": stem,
                    "name": "".join(c for c in found.name if f"_{c}".isidentifier()) or "unnamed",
                    "requires": [] if mistakes else list(found.requires),
                    "max_size": None if mistakes else found.max_size,
                    "quick": bool(mistakes) or found.quick,
                    "job": "" if mistakes else found.job,
                }
            )
    return {
        "modules": modules,
        "variants": variants,
        "problems": [
            {"kernel": stem, "text": text, "package": package}
            for stem, text, package in problems
        ],
        "sys_path": sys_path,
        **_engine(),
    }


def description(directory: str, only: str, **engine: Any) -> str:
    """What describe() finds, as JSON, and what the engine says of itself."""
    import json

    return json.dumps(_writable({**describe(directory, only), **engine}))


def _writable(value: Any) -> Any:
    """The value with text that UTF-8 can hold: paths may have bytes that are no characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_writable(item) for item in value]
    if isinstance(value, dict):
        return {key: _writable(item) for key, item in value.items()}
    return value


def _missing_package(error: BaseException, directory: str) -> str:
    """The package that an import lacks, which is no file of the directory; empty: another error."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    package = error.name.partition(".")[0]
    is_here = package in sys.modules or any(
        os.path.exists(os.path.join(directory, name)) for name in (package, f"{package}.py")
    )
    return "" if is_here else package


def _mistakes(found: Variant, stem: str) -> list[str]:
    """What is wrong with the declaration of a variant, its function included."""
    mistakes: list[str] = []
    home = getattr(found.function, "__module__", None)
    if home != f"{_MODULE_PREFIX}{stem}":
        mistakes.append(
            f"python/{found.name} is a function of {home}: define it in {stem}.py, and let a "
            "decorator of another module use functools.wraps"
        )
    elif not found.name.isidentifier():
        mistakes.append(f"python/{found.name} has no name: declare it with def")
    size = found.max_size
    if size is not None and (type(size) is not int or size < 1):
        mistakes.append(
            f"python/{found.name} has max_size={size!r}: write a whole number from 1, "
            "as 1_000_000 or 10**6"
        )
    for key, value, wanted in (
        ("requires", found.requires, all(type(package) is str for package in found.requires)),
        ("quick", found.quick, type(found.quick) is bool),
        ("job", found.job, type(found.job) is str),
        ("prepare", found.prepare, found.prepare is None or callable(found.prepare)),
        ("fresh", found.fresh, found.fresh is None or callable(found.fresh)),
    ):
        if not wanted:
            text = repr(value)[:40]
            mistakes.append(f"python/{found.name} has {key}={text}: see @variant's docstring")
    return mistakes


def _engine() -> dict[str, Any]:
    import sysconfig

    numpy_version = ""
    try:
        import numpy

        numpy_version = numpy.__version__
    except ImportError:
        pass
    is_debug = hasattr(sys, "gettotalrefcount")
    configured = sysconfig.get_config_var("CONFIG_ARGS") or ""
    return {
        "implementation": sys.implementation.name,
        "version": sys.version.split()[0],
        "build": sys.version.replace("\n", " ") + (", debug build" if is_debug else ""),
        "executable": sys.executable,
        "environment": "" if sys.prefix == sys.base_prefix else os.path.basename(sys.prefix),
        "link": "shared" if _mapped_libraries(("libpython", "libpypy")) else "static",
        # None: it does not tell. Debian optimises so without having configured it.
        "pgo": True if "--enable-optimizations" in configured else None,
        "lto": True if "--with-lto" in configured else None,
        "free_threaded": _is_free_threaded(),
        "gil": gil_enabled(),  # after every import
        "numpy_version": numpy_version,
        "numpy_blas": _mapped_libraries(("openblas", "mkl", "blis", "blas")),
        "warnings": [],
    }


def gil_enabled() -> bool | None:
    """Of an interpreter that is built to run without the GIL: whether it has it on now. An import
    of a module that needs it turns it on."""
    return bool(sys._is_gil_enabled()) if _is_free_threaded() else None  # type: ignore


def _is_free_threaded() -> bool:
    return "t" in getattr(sys, "abiflags", "")


def _mapped_libraries(names: tuple[str, ...]) -> str:
    """The shared libraries of these names that the process has mapped, by their paths."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        mapped = {line.split()[-1] for line in maps if ".so" in line}
    found = {path for path in mapped if any(name in os.path.basename(path) for name in names)}
    return " ".join(sorted(found))


def find_variant(path: str, name: str) -> Variant:
    """The variant of this name in a kernel's .py."""
    for found in declared_variants(load_module(path)):
        if found.name == name:
            return found
    raise LookupError(f"{os.path.basename(path)} has no variant '{name}'")


def bind(path: str, name: str, inputs: Inputs, inout_fields: int = 0) -> tuple[Any, ...]:
    """The function of one variant, its positional arguments, prepared from the inputs, what makes
    those that a call may change, and what the preparation reported."""
    chosen = find_variant(path, name)
    if chosen.fresh is not None and inout_fields == 0:
        raise ValueError(f"python/{name} has fresh=, but the kernel has no inout field")
    if chosen.max_size is not None and inputs.n > chosen.max_size:
        raise Skip(f"n is above the variant's max_size of {chosen.max_size}")
    for package in chosen.requires:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise Skip(f"needs the package {package}: {_first_words(error)}") from None
    try:
        arguments = arguments_of(chosen.prepare or fields, inputs)
    except ImportError as error:  # of a package that `requires` does not name
        package = error.name or "that it imports"
        raise Skip(f"needs the package {package}: {_first_words(error)}") from None
    if len(arguments) == 1 and arguments[0] is None:
        raise ValueError(f"prepare= of python/{name} returned nothing: return the arguments")
    _check_arguments(chosen.function, inout_fields + len(arguments))
    return chosen.function, arguments, chosen.fresh or fields, inputs.metrics


def _first_words(error: ImportError) -> str:
    """One line: of what it was caused by, where a package says much around that."""
    causes = (error.__cause__, error.__context__, error)
    cause = next(cause for cause in causes if isinstance(cause, ImportError))
    lines = [line.strip() for line in str(cause).splitlines()]
    return next(filter(None, lines), type(cause).__name__)


def _check_arguments(function: Callable[..., Any], given: int) -> None:
    """Raise TypeError if a plain function can't be called with so many arguments."""
    code = getattr(function, "__code__", None)
    takes_any_number = 0x04  # inspect.CO_VARARGS
    if code is None or not isinstance(code, CodeType) or code.co_flags & takes_any_number:
        return
    most: int = code.co_argcount
    least = most - len(function.__defaults__ or ())
    if not least <= given <= most:
        raise TypeError(
            f"{function.__name__} takes {most} arguments, but is called with {given}: the kernel's "
            "inputs in their order, or what its prepare= returns"
        )


def failure_of(error: BaseException) -> tuple[str, str]:
    """What an exception means for a cell: "skipped", "mismatch", "oom" or "error", and why.

    The traceback of an error goes to stderr, which the program captures.
    """
    try:
        message = str(error)
    except BaseException:  # the variant's own code makes the text
        message = "(its message can't be made)"
    for kind, meaning in ((Skip, "skipped"), (WrongResult, "mismatch"), (MemoryError, "oom")):
        if isinstance(error, kind):
            return meaning, message
    place = _place_of(error)
    if isinstance(error, SystemExit):
        return "error", f"called sys.exit({message}){place}"
    import traceback

    traceback.print_exception(type(error), error, error.__traceback__)
    return "error", f"{type(error).__name__}{': ' if message else ''}{message}{place}"


def _place_of(error: BaseException) -> str:
    """" (file.py, line 12)" of the innermost frame, or nothing."""
    frame = error.__traceback__
    if frame is None:
        return ""
    while frame.tb_next is not None:
        frame = frame.tb_next
    file = os.path.basename(frame.tb_frame.f_code.co_filename)
    return f" ({file}, line {frame.tb_lineno})"


def arguments_of(prepare: Prepare, inputs: Inputs) -> tuple[Any, ...]:
    """What `prepare` returns, as positional arguments."""
    prepared = prepare(inputs)
    return prepared if isinstance(prepared, tuple) else (prepared,)


def fresh_arguments(fresh: Prepare, inputs: Inputs, inout_fields: int) -> tuple[Any, ...]:
    """What one call may change: an object for each inout field."""
    made = arguments_of(fresh, inputs)
    if len(made) != inout_fields:
        raise ValueError(f"fresh= made {len(made)} arguments for {inout_fields} inout fields")
    return made


def as_outputs(
    returned: Any, fields: list[tuple[str, str, tuple[int, ...]]]
) -> list[array]:
    """What a call returned as wide numbers, an array for each output: (name, dtype, shape)."""
    if not fields:
        if returned is not None:
            raise WrongResult("returned a value, expected None")
        return []
    if len(fields) == 1:
        return [as_output(returned, *fields[0][1:])]
    if not isinstance(returned, tuple) or len(returned) != len(fields):
        raise WrongResult(
            f"returned {type(returned).__name__}, expected a tuple of {len(fields)} outputs"
        )
    return [
        as_output(value, dtype, shape, f"returned as '{name}':")
        for value, (name, dtype, shape) in zip(returned, fields)
    ]


def as_output(value: Any, dtype: str, shape: tuple[int, ...], verb: str = "returned") -> array:
    """A result as wide numbers ('d' for floating-point fields, 'q' for whole ones).

    Raises WrongResult if the type or the shape is not the declared one; `verb` says what a call did
    with the value.
    """
    try:
        return _as_numbers(value, dtype, shape)
    except WrongResult as error:
        raise WrongResult(f"{verb} {error}") from None


def _as_numbers(value: Any, dtype: str, shape: tuple[int, ...]) -> array:
    floating = dtype in ("f32", "f64")
    if dtype == "u8" and isinstance(value, (bytes, bytearray)):
        value = list(value)
    own_shape = getattr(value, "shape", shape)
    if isinstance(own_shape, tuple) and own_shape != shape and shape:
        raise WrongResult(f"{_shape_words(own_shape)}, expected {_shape_words(shape)}")
    values, found_shape = _flatten(value, len(shape))
    if found_shape != shape:
        raise WrongResult(f"{_shape_words(found_shape)}, expected {_shape_words(shape)}")
    plain = {int, float} if floating else {int}
    if not set(map(type, values)) <= plain:
        for item in values:
            _check_number(item, floating)
    try:
        return array("d" if floating else "q", values)
    except OverflowError:
        raise WrongResult("a whole number that does not fit 64 bits") from None


def _shape_words(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a number"
    return f"{shape[0]} values" if len(shape) == 1 else f"shape {list(shape)}"


def _flatten(value: Any, dimensions: int) -> tuple[list[Any], tuple[int, ...]]:
    """The numbers of a (nested) sequence or buffer, row by row, and its shape."""
    if hasattr(value, "tolist"):  # NumPy arrays and scalars, memoryview, array.array
        value = value.tolist()
    is_sequence = isinstance(value, (list, tuple))
    if dimensions == 0:
        if is_sequence:
            raise WrongResult(f"{len(value)} values, expected a number")
        return [value], ()
    if not is_sequence:
        hint = ": is there a return?" if value is None else ""
        if hasattr(value, "__next__"):
            hint = ": put it into list()"
        raise WrongResult(
            f"{type(value).__name__}, expected a list, tuple, array or memoryview of numbers{hint}"
        )
    if dimensions == 1:
        return list(value), (len(value),)
    rows = [_flatten(row, dimensions - 1) for row in value]
    if len({shape for _, shape in rows}) > 1:
        raise WrongResult("rows of different lengths")
    inner = rows[0][1] if rows else (0,) * (dimensions - 1)
    return [item for row, _ in rows for item in row], (len(rows), *inner)


def _check_number(item: Any, floating: bool) -> None:
    if type(item) is int or (floating and isinstance(item, float)):
        return
    if not isinstance(item, bool) and hasattr(item, "item"):  # a NumPy scalar inside a list
        plain = item.item()
        if type(plain) is type(item):  # numpy.longdouble
            raise WrongResult(
                f"{type(item).__name__}, which is wider than any declared type: convert it, "
                "as with astype(float)"
            )
        _check_number(plain, floating)
        return
    expected = "a number" if floating else "a whole number"
    raise WrongResult(f"{type(item).__name__} ({item!r:.40}), expected {expected}")
