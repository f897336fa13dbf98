"""apply_weights_limit: NumPy's expression, for the pair's completeness."""

from gapmeter import as_numpy, variant


@variant(prepare=as_numpy, requires="numpy")
def numpy(inp, w, bias):
    return inp * w + bias
