"""alone: variants that fail when another worker works at the same time."""

import fcntl
import os

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


def with_lock(inputs):
    """The file that GAPMETER_ZOO_LOCK names, beside the input."""
    return os.open(os.environ["GAPMETER_ZOO_LOCK"], os.O_RDONLY | os.O_CREAT), *as_lists(inputs)


@variant(prepare=with_lock)
def first(lock, x):
    """Locks the file for as long as a call takes."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RuntimeError("not alone") from None
    doubled = right(x)
    fcntl.flock(lock, fcntl.LOCK_UN)
    return doubled


@variant(prepare=with_lock)
def second(lock, x):
    return first(lock, x)
