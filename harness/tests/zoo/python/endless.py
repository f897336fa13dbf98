"""endless: variants that never return."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant
def hangs(x):
    """Computes forever."""
    while True:
        pass
