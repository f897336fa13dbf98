"""wrong: variants that return something else than the reference."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def value(x):
    """One element is off by a little."""
    return [2 * x[0] + 0.5, *(2 * value for value in x[1:])]


@variant
def text(x):
    """Returns a str."""
    return "2 * x"


@variant
def nothing(x):
    """Forgets to return."""


@variant(prepare=as_lists)
def generator(x):
    """Returns a generator in place of its values."""
    return (2 * value for value in x)


@variant(prepare=as_lists)
def short(x):
    """Returns one element too few."""
    return [2 * value for value in x[1:]]


@variant(prepare=as_lists)
def nested(x):
    """Returns rows where a flat sequence belongs."""
    return [[2 * value] for value in x]


@variant
def number(x):
    """Returns one number where a sequence belongs."""
    return 2.0


@variant(prepare=as_lists)
def boolean(x):
    """Returns truth values where numbers belong."""
    return [value > 0 for value in x]


@variant(prepare=lambda inputs: iter(inputs.x.tolist()))
def consumes(x):
    """Right in the first call only: it uses its argument up."""
    return [2 * value for value in x]


@variant
def scribbles(x):
    """Writes into its input."""
    x[0] = 0.0
    return [2 * value for value in x]
