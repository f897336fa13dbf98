"""jobs: a variant for a job that no native one does."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists, job="view")
def viewing(x):
    return [2 * value for value in x]
