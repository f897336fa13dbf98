"""What a variant prepared: which changes are found and spoiled, and what follows other inputs."""

from __future__ import annotations

import functools
import re
import sys
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))

import gapmeter  # noqa: E402
import prepared  # noqa: E402

MODULE = sys.modules[__name__]


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Plain:
    def __init__(self, value: Any) -> None:
        self.value = value


def watch(*arguments: Any) -> prepared.Watch:
    return prepared.Watch(arguments, MODULE)


# What is prepared, and a call that changes it.
CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "a list": (lambda: [3, 1, 2], lambda x: x.sort()),
    "a list in a tuple": (lambda: (1, ([3, 1],)), lambda x: x[1][0].sort()),
    "a list that grows": (lambda: [1], lambda x: x.append(2)),
    "a list that was empty": (list, lambda x: x.append(2)),
    "a deque": (lambda: deque([1, 2]), lambda x: x.rotate(1)),
    "a dict": (lambda: {"a": 1}, lambda x: x.update(a=2)),
    "a dict that was empty": (dict, lambda x: x.update(a=[1])),
    "a dict in a dict": (lambda: {"a": {"b": "c"}}, lambda x: x["a"].update(b="d")),
    "a set": (lambda: {1, 2}, lambda x: x.discard(1)),
    "a bytearray": (lambda: bytearray(b"ba"), lambda x: x.reverse()),
    "a bytearray that grows": (lambda: bytearray(b"ba"), lambda x: x.append(1)),
    "a bytearray that was empty": (bytearray, lambda x: x.extend(b"ab")),
    "an array that was empty": (lambda: array("d"), lambda x: x.append(1)),
    "an array": (lambda: array("d", [2, 1]), lambda x: x.reverse()),
    "a memoryview": (lambda: memoryview(bytearray(b"ab")), lambda x: x.__setitem__(0, 1)),
    "an attribute": (lambda: Plain(1), lambda x: setattr(x, "value", 2)),
    "a list in a slot": (lambda: Slotted([2, 1]), lambda x: x.value.sort()),
    "a namespace": (lambda: SimpleNamespace(a=1.5), lambda x: setattr(x, "a", 2.5)),
    "a NumPy array": (lambda: np.array([2.0, 1.0]), lambda x: x.sort()),
    "a strided view": (lambda: np.zeros((4, 4), "f4")[::2, 1:3], lambda x: x.fill(1)),
    "a NumPy array of objects": (lambda: np.array([2, "a"], dtype=object), lambda x: x.put(0, 1)),
    "NumPy bools": (lambda: np.array([True, False]), lambda x: np.logical_not(x, out=x)),
    "NumPy text": (lambda: np.array(["b", "a"]), lambda x: x.sort()),
    "a number without dimensions": (lambda: np.array(1.0), lambda x: x.fill(2)),
}
SIGNS = (1, -1)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_change_is_found_and_overwritten(name: str, sign: int) -> None:
    prepare, change = CHANGES[name]
    value = prepare()
    watched = watch(value)
    assert not watched.spoil_changes(sign), "nothing has changed yet"
    change(value)
    after = repr(inside(value))
    assert watched.spoil_changes(sign)
    if name != "NumPy bools":  # of which garbage may be like what was there
        assert repr(inside(value)) != after


def inside(value: Any) -> Any:
    """What repr() shows of the content."""
    if isinstance(value, (Plain, Slotted)):
        return value.value
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.parametrize("make", [bytearray, lambda n: np.zeros(n), lambda n: [0.0] * n])
def test_only_elements_that_changed_are_overwritten(make: Callable[[int], Any]) -> None:
    room = make(5)
    watched = watch(room)
    room[2] = 7
    assert watched.spoil_changes(1)
    assert room[2] not in (0, 7)
    assert list(room[:2]) == list(room[3:]) == [0, 0]


def test_garbage_has_the_sign_that_is_asked_for() -> None:
    for make in (lambda: [1, 2.5], lambda: np.ones(2), lambda: array("i", [1, 2])):
        for sign in SIGNS:
            value: Any = make()
            watched = watch(value)
            value[0] = 5
            watched.spoil_changes(sign)
            assert (value[0] > 0) == (sign > 0) and abs(value[0]) > 1e6


def test_equal_values_are_no_change() -> None:
    value = [[1, 2], {"a": 1.5}, np.arange(3), float("nan")]
    watched = watch(value)
    value[0] = [1, 2]
    value[2] = np.arange(3)
    assert not watched.spoil_changes(1)


def test_what_contains_itself_is_walked_once() -> None:
    value: list[Any] = [1]
    value.append(value)
    value.append({"again": value, "inner": [1, 2]})
    watched = watch(value, value)
    assert not watched.spoil_changes(1)
    value[2]["inner"].reverse()
    assert watched.spoil_changes(1)


def test_a_deep_chain_is_walked() -> None:
    inner = [1]
    value: list[Any] = inner
    for _ in range(100_000):
        value = [value]
    watched = watch(value)
    inner[0] = 2
    assert watched.spoil_changes(1)


@pytest.mark.parametrize("make", [lambda n: [0] * n, lambda n: np.zeros(n), bytearray])
def test_elements_beyond_the_limit_are_not_compared(
    make: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST_ELEMENTS", 10)
    value = make(20)
    watched = watch((1, 2), value)  # 2 arguments, 2 elements of the first
    value[6] = 1
    assert not watched.spoil_changes(1)
    value[5] = 1
    assert watched.spoil_changes(1)


def test_a_librarys_objects_and_functions_are_left_alone() -> None:
    pattern, executor = re.compile("a"), ModuleType("some")
    watched = watch(pattern, executor, sum, lambda: 1, object(), Path())
    executor.value = 1  # type: ignore[attr-defined]
    assert not watched.spoil_changes(1)


class Guarded:
    """Can't be looked into."""

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        raise RuntimeError("mind your own business")


def test_what_cannot_be_looked_into_is_left_alone() -> None:
    released = memoryview(bytearray(b"ab"))
    released.release()
    watched = watch(released, Guarded())
    assert not watched.spoil_changes(1)


def test_a_mark_does_not_become_its_counter() -> None:
    """As in searches that mark what they have visited with the number of the search."""
    for dtype in ("i4", "i8", "u1"):
        state = Plain(1), np.zeros(3, dtype)
        watched = watch(*state)
        state[0].value = 2
        state[1][:] = 2
        assert watched.spoil_changes(1)
        assert state[0].value not in state[1].tolist()


def test_what_can_only_be_read_is_left_alone() -> None:
    data = bytearray(b"ab")
    watched = watch(memoryview(data).toreadonly(), np.frombuffer(data, "u1").view())
    data[:1] = b"c"
    frozen = np.arange(3)
    frozen.flags.writeable = False
    assert not watch(frozen).spoil_changes(1)
    watched.spoil_changes(1)


@functools.cache
def cached(value: int) -> int:
    return value


def test_a_cache_that_is_only_hit_is_told() -> None:
    cached.cache_clear()
    watched = watch()
    cached(1)
    assert watched.answers_from_cache() == "", "the first time it had to be computed"
    cached(1)
    assert watched.answers_from_cache() == "cached"
    assert watched.answers_from_cache() == "", "nothing since"
    cached(1)
    cached(2)
    assert watched.answers_from_cache() == "", "something was computed"


# Other inputs in the same place.


def follow(tmp_path: Path, declaration: str, first: list[float], then: list[float]) -> Any:
    """The arguments for the first inputs, and what becomes of them."""
    path = tmp_path / f"k{abs(hash((tmp_path, declaration)))}.py"
    path.write_text(
        "from gapmeter import as_lists, as_numpy, variant\n"
        f"{declaration}\ndef f(*arguments):\n    pass\n",
        encoding="utf-8",
    )
    memory = array("d", first)
    inputs = gapmeter.Inputs(n=len(first), x=memoryview(memory).toreadonly(), a=1)
    _, arguments, *_ = gapmeter.bind(str(path), "f", inputs)
    memory[:] = array("d", then)
    inputs = gapmeter.Inputs(n=len(first), x=memoryview(memory).toreadonly(), a=2)
    return arguments, prepared.follow(arguments, str(path), "f", inputs)


FOLLOWED = {
    "views": "@variant",
    "lists": "@variant(prepare=as_lists)",
    "arrays over the inputs": "@variant(prepare=as_numpy)",
    "an array of its own": "@variant(prepare=lambda i: (as_numpy(i)[0].copy(), i.a))",
    "a function beside": "@variant(prepare=lambda i: (i.x.tolist(), i.a, sum))",
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_was_prepared_follows_the_inputs_in_the_same_objects(
    tmp_path: Path, name: str
) -> None:
    old, new = follow(tmp_path, FOLLOWED[name], [1, 2], [3, 4])
    assert new is not None
    assert new[0] is old[0] and list(new[0]) == [3, 4]
    assert (old[1], new[1]) == (1, 2)


NOT_FOLLOWED = {
    "a function of its own": "@variant(prepare=lambda i: lambda: i)",
    "an object of a library": "@variant(prepare=lambda i: object())",
    "another shape": "@variant(prepare=lambda i: as_numpy(i)[0][: i.a].copy())",
    "what takes long": "@variant(prepare=as_lists, quick=False)",
    "a list that prepare keeps": "KEPT = []\n@variant(prepare=lambda i: KEPT)",
    "what prepares once": "ONCE = [1]\n@variant(prepare=lambda i: ONCE.pop())",
}


@pytest.mark.parametrize("name", NOT_FOLLOWED)
def test_what_cannot_follow_is_told(tmp_path: Path, name: str) -> None:
    assert follow(tmp_path, NOT_FOLLOWED[name], [1, 2], [3, 4])[1] is None


# What a call may change.


def test_fields_are_those_that_are_not_left_out() -> None:
    inputs = gapmeter.Inputs(n=2, y=memoryview(b"ab"), x=3)
    assert gapmeter.fields(inputs) == (memoryview(b"ab"), 3)
    inputs.left_out.add("y")
    assert gapmeter.fields(inputs) == (3,)


def test_fresh_arguments_are_one_for_each_field() -> None:
    inputs = gapmeter.Inputs(n=2)
    assert gapmeter.fresh_arguments(lambda _: [1], inputs, 1) == ([1],)
    with pytest.raises(ValueError, match="made 2 arguments for 1 inout"):
        gapmeter.fresh_arguments(lambda _: (1, 2), inputs, 1)


def test_fresh_needs_something_to_change(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no inout field"):
        follow(tmp_path, "@variant(fresh=as_lists)", [1], [2])


def test_variant_is_for_modules_of_kernels() -> None:
    with pytest.raises(RuntimeError, match="kernel's module"):
        gapmeter.variant(len)
