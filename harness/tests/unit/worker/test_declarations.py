"""What gapmeter.py says of an author's mistakes: results of another type, wrong arguments."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))

import gapmeter  # noqa: E402


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, r"returned NoneType, .* is there a return\?"),
        ((x for x in "ab"), r"returned generator, .* put it into list\(\)"),
        (3j, "returned complex, expected a list, tuple, array or memoryview of numbers"),
        (np.zeros((3, 1)), r"returned shape \[3, 1\], expected 3 values"),
        (np.zeros(3, np.longdouble), r"returned \w+, which is wider .* astype\(float\)"),
        ([np.longdouble(1)] * 3, r"returned \w+, which is wider .* astype\(float\)"),
    ],
)
def test_a_result_of_another_kind_is_told_as_what_it_is(value: Any, said: str) -> None:
    with pytest.raises(gapmeter.WrongResult) as told:
        gapmeter.as_output(value, "f64", (3,))
    assert re.fullmatch(said, str(told.value)), told.value


def test_bytes_are_numbers_of_eight_bits_and_of_no_others() -> None:
    for value in (b"\x01\xff", bytearray(b"\x01\xff")):
        assert list(gapmeter.as_output(value, "u8", (2,))) == [1, 255]
        with pytest.raises(gapmeter.WrongResult):
            gapmeter.as_output(value, "f64", (2,))


VARIANTS = """
from gapmeter import as_lists, variant

@variant
def two(x, y):
    return x

@variant(prepare=lambda inputs: None)
def nothing(x):
    return x

@variant(prepare=lambda inputs: (1, 2, 3))
def any_number(*arguments):
    return arguments

@variant
def with_default(x, y=2):
    return x
"""


@pytest.fixture
def module(tmp_path: Path) -> str:
    path = tmp_path / "declared.py"
    path.write_text(VARIANTS)
    sys.modules.pop("gapmeter_kernel_declared", None)
    return str(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("two", r"two takes 2 arguments, but is called with 1: .* prepare= returns"),
        ("nothing", r"prepare= of python/nothing returned nothing: return the arguments"),
    ],
)
def test_a_call_that_can_not_be_is_told_before_it(module: str, name: str, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        gapmeter.bind(module, name, gapmeter.Inputs(n=1, x=memoryview(b"a")))


@pytest.mark.parametrize("name", ["any_number", "with_default"])
def test_a_call_that_can_be_is_made(module: str, name: str) -> None:
    assert gapmeter.bind(module, name, gapmeter.Inputs(n=1, x=memoryview(b"a")))[0].__name__ == name


@pytest.mark.parametrize(
    ("code", "text", "package"),
    [
        ("import not_installed.part", "needs the package not_installed: ", "not_installed"),
        ("import json.not_a_part", "can't be imported: ModuleNotFoundError: ", ""),
        ("from beside import thing", "can't be imported: ModuleNotFoundError: ", ""),
        ("from json import nothing", "can't be imported: ImportError: ", ""),
    ],
    ids=["package", "part of one that is there", "what a module beside it needs", "name"],
)
def test_a_package_that_is_not_installed_is_told_from_a_mistake(
    tmp_path: Path, code: str, text: str, package: str
) -> None:
    (tmp_path / "needy.py").write_text(f"{code}\n", encoding="utf-8")
    (tmp_path / "beside.py").write_text("import beside.itself\n", encoding="utf-8")
    found = gapmeter.describe(str(tmp_path), "needy")
    [(stem, said, missing)] = [problem.values() for problem in found["problems"]]
    assert (stem, missing) == ("needy", package)
    assert said.startswith(f"needy.py {text}"), said


IMPORTING = """
from gapmeter import variant

def broken(inputs):
    try:
        import no_such_package
    except ImportError as error:
        raise ImportError("read this\\n\\nadvice") from error

def absent(inputs):
    import no_such_package

@variant(prepare=broken)
def talkative(x):
    return x

@variant(prepare=absent)
def plain(x):
    return x
"""


@pytest.mark.parametrize("name", ["talkative", "plain"])
def test_a_package_that_prepare_lacks_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "importing.py"
    path.write_text(IMPORTING, encoding="utf-8")
    sys.modules.pop("gapmeter_kernel_importing", None)
    with pytest.raises(gapmeter.Skip) as told:
        gapmeter.bind(str(path), name, gapmeter.Inputs(n=1, x=memoryview(b"a")))
    assert re.fullmatch(
        "needs the package .*: No module named 'no_such_package'", str(told.value)
    ), told.value


def test_a_failure_means_skipped_wrong_or_an_error_at_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def meaning(error: BaseException) -> tuple[str, str]:
        try:
            raise error
        except BaseException as raised:
            return gapmeter.failure_of(raised)

    assert meaning(gapmeter.Skip("no numba")) == ("skipped", "no numba")
    assert meaning(gapmeter.WrongResult("returned 3")) == ("mismatch", "returned 3")
    assert meaning(MemoryError())[0] == "oom"
    kind, reason = meaning(ValueError("bad"))
    assert kind == "error"
    assert re.fullmatch(r"ValueError: bad \(test_declarations\.py, line \d+\)", reason)
    assert "Traceback" in capsys.readouterr().err
    assert meaning(SystemExit(3))[1].startswith("called sys.exit(3) (test_declarations.py")


def test_several_outputs_are_told_apart() -> None:
    fields: list[tuple[str, str, tuple[int, ...]]] = [("y", "f64", (2,)), ("count", "i64", ())]
    y, count = gapmeter.as_outputs(([1, 2], 3), fields)
    assert (list(y), list(count)) == ([1.0, 2.0], [3])
    with pytest.raises(gapmeter.WrongResult, match="returned as 'count': float"):
        gapmeter.as_outputs(([1, 2], 3.5), fields)
    with pytest.raises(gapmeter.WrongResult, match="returned list, expected a tuple of 2 outputs"):
        gapmeter.as_outputs([[1, 2], 3], fields)
    with pytest.raises(gapmeter.WrongResult, match="returned a value, expected None"):
        gapmeter.as_outputs(3, [])
