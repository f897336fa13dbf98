"""zero_cost: the sum of the squares of the positive numbers, written in five ways."""

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists)
def generator(x):
    return sum(value * value for value in x if value > 0)


@variant(prepare=as_lists)
def comprehension(x):
    return sum([value * value for value in x if value > 0])


@variant(prepare=as_lists)
def loop(x):
    total = 0
    for value in x:
        if value > 0:
            total += value * value
    return total


@variant(prepare=as_lists)
def map_filter(x):
    return sum(map(lambda value: value * value, filter(lambda value: value > 0, x)))


@variant(prepare=as_numpy, requires="numpy")
def numpy(x):
    positive = x[x > 0]
    return positive.dot(positive)
