"""work: variants that the changed build has otherwise."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def work(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def limited(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def asked(x):
    return [2 * value for value in x]
