"""twice_in_python: the second function of a name hides the first."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def right(x):  # noqa: F811
    return [value + value for value in x]
