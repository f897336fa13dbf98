"""garbage: variants that keep the garbage collector busy, and one that does not.

CPython looks for garbage when it holds some hundred or thousand more containers than last time. A
call makes several times as many.
"""

from gapmeter import as_lists, variant

CONTAINERS = 20_000


@variant(prepare=as_lists)
def right(x):
    """Makes numbers, which are no containers, and long enough a call to be timed by itself."""
    for _ in range(1000):
        y = [2 * value for value in x]
    return y


@variant(prepare=as_lists)
def cycles(x):
    """Lists that only the collector frees."""
    for _ in range(CONTAINERS):
        garbage = []
        garbage.append(garbage)
    return [2 * value for value in x]


@variant(prepare=as_lists)
def containers(x):
    """Nothing to free until the call ends, but the collector has to look."""
    kept = [[value] for _ in range(CONTAINERS // len(x) + 1) for value in x]
    return [2 * value for (value,) in kept[: len(x)]]
