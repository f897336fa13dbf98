"""stale: variants whose later calls do less than the first, and some that only look like it."""

import functools
from array import array

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists)
def right(x):
    return sorted(x)


# What follows is wrong.


@variant(prepare=as_lists)
def sorts_prepared(x):
    """Sorts what it prepared: every call but the first finds it sorted."""
    x.sort()
    return x


@variant(prepare=lambda inputs: as_numpy(inputs)[0].copy(), requires="numpy")
def sorts_array(x):
    """The same with a NumPy array."""
    x.sort()
    return x


@variant(prepare=lambda inputs: array("f", inputs.x))
def sorts_typed(x):
    """The same with an array of Python's own."""
    x[:] = array("f", sorted(x))
    return x


class Holder:
    __slots__ = ("rows",)

    def __init__(self, rows):
        self.rows = rows


@variant(prepare=lambda inputs: Holder({"x": inputs.x.tolist()}))
def sorts_inside(holder):
    """The same, in a dict in an object."""
    holder.rows["x"].sort()
    return holder.rows["x"]


@variant(prepare=lambda inputs: (inputs.x.tolist(), {}))
def remembers_in_prepared(x, known):
    """Keeps its result in a dict that it prepared."""
    if "y" not in known:
        known["y"] = sorted(x)
    return known["y"]


RESULTS = {}


@variant(prepare=as_lists)
def remembers_by_identity(x):
    """Keeps a result for each list."""
    if id(x) not in RESULTS:
        RESULTS[id(x)] = sorted(x)
    return RESULTS[id(x)]


@functools.cache
def sorted_once(x):
    return sorted(x)


@variant(prepare=lambda inputs: (tuple(inputs.x),))
def remembers_by_value(x):
    """Lets functools keep its results."""
    return sorted_once(x)


@variant(fresh=as_lists)
def fresh_for_nothing(x):
    """Wants data of its own for every call, where the native lane gets none."""
    return sorted(x)


@variant(prepare=as_lists)
def uses_up(x):
    """Takes an element away."""
    result = sorted(x)
    x.pop()
    return result


CALLS = iter(range(100))


@variant(prepare=as_lists)
def tires(x):
    """Sorts a hundred times, more than it is verified, and never again."""
    return x if next(CALLS, None) is None else sorted(x)


# What follows is right: what changes is only written.


def array_and_output(inputs):
    import numpy

    (x,) = as_numpy(inputs)
    return x, numpy.zeros(len(x) + 2, x.dtype)


@variant(prepare=array_and_output, requires="numpy")
def padded_output(x, out):
    """Writes between borders that have to stay 0."""
    out[1:-1] = x
    out[1:-1].sort()
    assert out[0] == out[-1] == 0
    return out[1:-1]


@variant(prepare=lambda inputs: (inputs.x.tolist(), []))
def list_as_room(x, room):
    """Fills a list that it empties first."""
    room.clear()
    room.extend(x)
    room.sort()
    return room


class Statistics:
    def __init__(self, x):
        self.x = x
        self.calls = 0
        self.last = None


@variant(prepare=lambda inputs: Statistics(inputs.x.tolist()))
def counts_its_calls(state):
    """Keeps what no result depends on."""
    state.calls += 1
    state.last = sorted(state.x)
    return state.last
