"""declarations: a size that is no whole number, a package that is no name, a name that is none."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists, max_size=1e6)
def large(x):
    return right(x)


@variant(prepare=as_lists, requires=3)
def packaged(x):
    return right(x)


variant(lambda x: right(x), prepare=as_lists)
