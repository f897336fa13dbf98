"""ordinary: unusual Python that is nevertheless right.

The module itself is unusual too: dataclasses with postponed annotations and pickled functions work
only in modules that can be found by their names.
"""

from __future__ import annotations

import pickle
from array import array
from contextlib import contextmanager
from dataclasses import dataclass

from gapmeter import as_lists, as_numpy, variant


@dataclass
class Doubler:
    factor: float = 2

    def apply(self, x):
        return [self.factor * value for value in x]


@variant(prepare=as_lists)
def right(x):
    return Doubler().apply(x)


@variant(prepare=as_lists)
def pickled(x):
    """A function that went through a pickle."""
    return pickle.loads(pickle.dumps(right))(x)


@variant(prepare=as_lists)
def whole(x):
    """Returns ints, which are numbers too."""
    return [int(2 * value) for value in x]


@variant
def from_view(x):
    """Computes on the memoryview itself and returns a tuple."""
    return tuple(2 * value for value in x)


@variant
def typed_array(x):
    """Returns an array of another floating-point type."""
    return array("d", [2 * value for value in x])


@variant(prepare=as_numpy, requires="numpy")
def numpy_double(x):
    """Returns a NumPy array of another floating-point type."""
    return x.astype("float64") * 2


@variant(prepare=as_numpy, requires="numpy")
def numpy_scalars(x):
    """Returns a list of NumPy's scalars."""
    return list(x * 2)


class Callable:
    def double(self, x):
        return [2 * value for value in x]


# A bound method has no attributes of its own to be declared with.
@variant(prepare=lambda inputs: (Callable().double, inputs.x.tolist()))
def calls_a_method(double, x):
    """Takes a callable among its arguments."""
    return double(x)


@contextmanager
def nothing_around():
    yield


@variant(prepare=as_lists)
@nothing_around()
def decorated(x):
    """The function that is called is contextlib's."""
    return [2 * value for value in x]
