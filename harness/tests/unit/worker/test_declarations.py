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
    [(stem, said, missing)] = found["problems"]
    assert (stem, missing) == ("needy", package)
    assert said.startswith(f"needy.py {text}"), said
