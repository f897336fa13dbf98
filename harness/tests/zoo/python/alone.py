"""alone: variants that fail when another worker runs at the same time."""

import fcntl
import os

from gapmeter import as_lists, variant

KEPT = []


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


def locked(inputs):
    """Locks the file that GAPMETER_ZOO_LOCK names, for as long as this process lives."""
    if not KEPT:  # it is called for the tiny call and for the real ones
        KEPT.append(os.open(os.environ["GAPMETER_ZOO_LOCK"], os.O_RDONLY | os.O_CREAT))
        try:
            fcntl.flock(KEPT[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError("not alone") from None
    return as_lists(inputs)


@variant(prepare=locked)
def first(x):
    return right(x)


@variant(prepare=locked)
def second(x):
    return right(x)
