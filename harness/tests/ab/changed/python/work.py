"""work: twice the work in `work`, and a variant that is not meant for larger inputs any more.

`asked` is to do another job.
"""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def work(x):
    for _ in range(2):
        y = [2 * value for value in x]
    return y


@variant(prepare=as_lists, max_size=100)
def limited(x):
    return [2 * value for value in x]


@variant(prepare=as_lists, job="copy")
def asked(x):
    return [2 * value for value in x]
