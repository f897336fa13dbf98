"""sum_limit: NumPy's sum, for the pair's completeness."""

from gapmeter import as_numpy, variant


@variant(prepare=as_numpy, requires="numpy")
def numpy(x):
    return x.sum()
