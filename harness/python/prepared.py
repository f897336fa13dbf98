"""What a variant has prepared: whether calls change it, and whether it can follow other inputs.

Called by the worker (harness/worker/python_worker.cpp) for verification alone, and imported no
earlier, since every round imports gapmeter.py.

A change is no fault by itself: room for intermediate results changes, too. So what has changed is
overwritten with garbage, element by element, and the worker looks whether the next result is right
all the same. Only what can be compared and overwritten counts: numbers and text in lists, deques,
dicts and sets, in attributes of objects whose class is the kernel's own, in NumPy arrays, array,
bytearray and memoryview. The rest, such as functions and a library's objects, is left alone.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from itertools import islice
from types import ModuleType, SimpleNamespace

from gapmeter import Inputs, arguments_of, fields, find_variant

TYPE_CHECKING = False  # type checkers take it for true, as they do typing's
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

# So many elements are compared, in the order in which they are found.
MOST_ELEMENTS = 1_000_000
# What a call has put into a container is overwritten to this depth.
DEEPEST = 4

_PLAIN = frozenset({int, float, complex, bool, str, bytes, range, type(None)})


class Watch:
    """What a variant has prepared, as it was when this was made."""

    def __init__(self, arguments: tuple[Any, ...], module: ModuleType) -> None:
        self._parts: list[Any] = []
        self._remember(arguments, module.__name__)
        self._caches = {
            name: value for name, value in vars(module).items() if _is_cache(value)
        }
        self._counts = {name: cache.cache_info() for name, cache in self._caches.items()}

    def _remember(self, arguments: tuple[Any, ...], module: str) -> None:
        left = MOST_ELEMENTS
        pending: deque[Any] = deque([arguments])
        seen: dict[int, Any] = {}  # by id; keeps what has it alive
        while pending and left > 0:
            value = pending.popleft()
            if id(value) in seen:
                continue
            seen[id(value)] = value
            if isinstance(value, (tuple, frozenset)):
                inner = list(islice(value, left))
                left -= len(inner)
            elif part := _tried(lambda: _part_of(value, left, module)):
                self._parts.append(part)
                inner = part.inner()
                left -= part.size
            else:
                continue
            if not set(map(type, inner)) <= _PLAIN:
                pending.extend(item for item in inner if type(item) not in _PLAIN)

    def spoil_changes(self, sign: int) -> bool:
        """Overwrite what has changed with large values of this sign. False if nothing has."""
        found = False
        for part in self._parts:
            found = bool(_tried(lambda: part.spoil(sign))) or found
        return found

    def answers_from_cache(self) -> str:
        """A function of the module that has only been hit in its functools.cache since the last
        time; empty if there is none."""
        found = ""
        for name, cache in self._caches.items():
            before, now = self._counts[name], cache.cache_info()
            if now.hits > before.hits and now.misses == before.misses:
                found = name
            self._counts[name] = now
        return found


def _is_cache(value: Any) -> bool:
    """Whether it is of functools.cache, which is a class in CPython and a function in PyPy."""
    return callable(_tried(lambda: value.cache_info)) and hasattr(value, "__wrapped__")


def _tried(work: Callable[[], Any]) -> Any:
    """None for what can't be looked into: a released view, a class with rules of its own."""
    try:
        return work()
    except Exception:
        return None


def _part_of(value: Any, most: int, module: str) -> Any:
    """What can be compared and overwritten of one object; None if there is nothing."""
    if isinstance(value, (list, deque)):
        return _Items(lambda: value, value.__setitem__, most)
    if isinstance(value, dict):
        return _Mapping(lambda: value, value.__setitem__, most)
    if isinstance(value, set):
        return _Set(value, most)
    if isinstance(value, (bytearray, array, memoryview)):
        return _Bytes(value, most) if _is_writable(value) else None
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        if not value.flags.writeable:
            return None
        whole = value.view(numpy.ndarray)
        if not whole.dtype.hasobject:
            return _Numbers(whole, most)
        return _Items(lambda: whole.flat, whole.flat.__setitem__, most)
    if type(value).__module__ == module or isinstance(value, SimpleNamespace):
        return _Mapping(
            lambda: _attributes(value), lambda name, new: object.__setattr__(value, name, new), most
        )
    return None


def _attributes(value: Any) -> dict[str, Any]:
    """The attributes of an object, those in __slots__ too."""
    found = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and name not in ("__dict__", "__weakref__"):
                found[name] = getattr(value, name)
    return found


class _Items:
    """The elements of a list or a deque, or of a NumPy array of objects."""

    def __init__(
        self, read: Callable[[], Iterable[Any]], write: Callable[[int, Any], None], most: int
    ) -> None:
        self._now = lambda: list(islice(read(), most))
        self._write = write
        self._before = self._now()
        self.size = len(self._before)

    def inner(self) -> list[Any]:
        return self._before

    def spoil(self, sign: int) -> bool:
        now = self._now()
        if _same(self._before, now):
            return False
        for i, value in enumerate(now):
            if i >= self.size or not _same(self._before[i], value):
                self._write(i, _garbage(value, sign))
        return True


class _Mapping:
    """The values of a dict, or the attributes of an object."""

    def __init__(
        self, read: Callable[[], dict], write: Callable[[Any, Any], None], most: int
    ) -> None:
        self._now = lambda: dict(islice(read().items(), most))
        self._write = write
        self._before = self._now()
        self.size = len(self._before)

    def inner(self) -> list[Any]:
        return list(self._before.values())

    def spoil(self, sign: int) -> bool:
        absent = object()
        now = self._now()
        changed = [
            key for key, value in now.items() if not _same(self._before.get(key, absent), value)
        ]
        for key in changed:
            self._write(key, _garbage(now[key], sign))
        return bool(changed)


class _Set:
    """A set, whose elements are exchanged for a number."""

    def __init__(self, values: set, most: int) -> None:
        self._values = values
        self.size = min(len(values), most)
        self._before = set(values) if len(values) <= most else None

    def inner(self) -> list[Any]:
        return []

    def spoil(self, sign: int) -> bool:
        if self._before is None or self._values == self._before:
            return False
        self._values.clear()
        self._values.add(_garbage(1, sign))
        return True


class _Bytes:
    """The elements of a buffer that Python itself knows."""

    def __init__(self, buffer: Any, most: int) -> None:
        self._buffer = buffer
        with memoryview(buffer) as view:
            self._step = view.itemsize
            self._garbage = {sign: _bytes_of(view.format, view.itemsize, sign) for sign in (1, -1)}
            self._most = most * view.itemsize
            with view.cast("B") as raw:
                self._before = bytes(raw[: self._most])
        self.size = len(self._before) // self._step

    def inner(self) -> list[Any]:
        return []

    def spoil(self, sign: int) -> bool:
        with memoryview(self._buffer) as view, view.cast("B") as raw:
            now = bytes(raw[: self._most])
            if now == self._before:
                return False
            for i in range(0, len(now), self._step):
                element = slice(i, i + self._step)
                if now[element] != self._before[element]:
                    raw[element] = self._garbage[sign]
        return True


class _Numbers:
    """The elements of a NumPy array, whatever its strides."""

    def __init__(self, values: Any, most: int) -> None:
        self._values = values
        self.size = min(values.size, most)
        self._before = values.flat[: self.size]  # a copy

    def inner(self) -> list[Any]:
        return []

    def spoil(self, sign: int) -> bool:
        if self.size == 0 or self._before.itemsize == 0:
            return False
        shape = self.size, self._before.itemsize
        both = self._before, self._values.flat[: self.size]
        before, now = (elements.view("u1").reshape(shape) for elements in both)
        (changed,) = (before != now).any(axis=1).nonzero()
        if len(changed) > 0:
            self._values.flat[changed] = _element_of(self._values.dtype, sign)
        return len(changed) > 0


def _is_writable(buffer: Any) -> bool:
    with memoryview(buffer) as view:
        return not view.readonly and view.c_contiguous and view.itemsize > 0


def _same(before: Any, now: Any) -> bool:
    if before is now:
        return True
    if type(before) is not type(now):
        return False
    try:
        return bool(before == now)
    except Exception:  # NumPy arrays, and whatever else does not compare to a truth value
        pass
    if isinstance(before, list):
        return len(before) == len(now) and all(map(_same, before, now))
    return hasattr(now, "tobytes") and bool(before.tobytes() == now.tobytes())


def _garbage(value: Any, sign: int, depth: int = 0) -> Any:
    """A value of the same kind that is not like it; the same one if there is none."""
    kind = type(value)
    if kind is bool:
        return sign > 0
    if kind in (int, float, complex):
        return kind(sign * 1_000_000_007)  # not what arrays get: a mark must not equal its counter
    if kind in (str, bytes):
        text = ("~" if sign > 0 else "!") * max(1, len(value))
        return text if kind is str else text.encode()
    if depth == DEEPEST:
        return value
    if kind in (list, tuple):
        return kind(_garbage(item, sign, depth + 1) for item in value)
    if kind is dict:
        return {key: _garbage(item, sign, depth + 1) for key, item in value.items()}
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
        if not value.dtype.hasobject:
            filled = numpy.full_like(value, _element_of(value.dtype, sign))
            return filled if isinstance(value, numpy.ndarray) else filled[()]
    return value


def _element_of(dtype: Any, sign: int) -> Any:
    """A large number of a NumPy type, or other garbage if it is no number."""
    import numpy

    if dtype.kind in "iu":
        limits = numpy.iinfo(dtype)
        return limits.max // 3 if sign > 0 else limits.min // 3 or limits.max // 3 * 2
    if dtype.kind in "fc":
        return sign * numpy.finfo(dtype).max / 3
    if dtype.kind in "SU":
        return "~" if sign > 0 else "!"
    return numpy.frombuffer((b"\1" if sign > 0 else b"\0") * dtype.itemsize, dtype)[0]


def _bytes_of(form: str, itemsize: int, sign: int) -> bytes:
    """A large number in the format of the struct module, or other garbage."""
    if form in ("f", "d"):
        return array(form, [sign * 1e30]).tobytes()
    most = 2 ** (8 * itemsize - 1) // 3
    is_signed = form in "bhilq"
    other = -most if is_signed else 2 * most
    return (most if sign > 0 else other).to_bytes(itemsize, sys.byteorder, signed=is_signed)


# Below: other inputs in the same place.


class _CannotFollow(Exception):
    """What was prepared is not made of things that can be replaced where they are."""


def follow(
    arguments: tuple[Any, ...], path: str, name: str, inputs: Inputs
) -> tuple[Any, ...] | None:
    """The arguments with what `prepare` makes of other inputs, in the same objects.

    None if that can't be done, or if preparing takes long (`quick=False`).
    """
    chosen = find_variant(path, name)
    if not chosen.quick:
        return None
    try:
        renewed = arguments_of(chosen.prepare or fields, inputs)
        return _renewed_items(arguments, renewed)
    except Exception:  # what prepares once need not do so twice
        return None


def _renewed_items(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(old) != len(new):
        raise _CannotFollow
    return tuple(map(_renewed, old, new))


def _renewed(old: Any, new: Any) -> Any:
    """`old` with the content of `new`, or `new` itself where there is nothing to be replaced."""
    kind = type(old)
    if type(new) is not kind:
        raise _CannotFollow
    if kind in _PLAIN:
        return new
    if kind is tuple:
        return _renewed_items(old, new)
    if kind is memoryview and old.readonly:
        return old  # of the inputs, whose content was replaced
    if kind in (list, dict, set, bytearray, array) and old is not new:
        if kind is list:
            old[:] = _renewed_items(tuple(old), tuple(new)) if len(old) == len(new) else new
        elif kind in (dict, set):
            old.clear()
            old.update(new)
        else:
            old[:] = new
        return old
    if hasattr(old, "__array_interface__"):
        return _renewed_array(old, new)
    if old is new and callable(old):
        return old  # sum, numpy.multiply
    raise _CannotFollow


def _renewed_array(old: Any, new: Any) -> Any:
    if old.shape != new.shape or old.dtype != new.dtype or old is new:
        raise _CannotFollow
    if old.flags.writeable:
        old[...] = new
    elif old.__array_interface__["data"] != new.__array_interface__["data"]:
        raise _CannotFollow
    return old
