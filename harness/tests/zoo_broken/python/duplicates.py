"""duplicates: every name is given twice."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


first = right


@variant(prepare=as_lists)
def right(x):  # noqa: F811
    return first(x)
