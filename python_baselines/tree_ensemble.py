"""tree_ensemble: gradient-boosted trees that recognise handwritten digits, n at a time."""

import math

from gapmeter import as_lists, as_numpy, compiled, variant

DIGITS = 10
DEPTH = 4


@variant(prepare=as_lists, max_size=512)
def loops(x, roots, feature, threshold, left, right, value):
    probabilities = []
    for image in x:
        scores = [0.0] * DIGITS
        for tree, root in enumerate(roots):
            node = root
            while left[node] >= 0:
                goes_left = image[feature[node]] <= threshold[node]
                node = root + (left[node] if goes_left else right[node])
            scores[tree % DIGITS] += value[node]
        largest = max(scores)
        powers = [math.exp(score - largest) for score in scores]
        total = sum(powers)
        probabilities.append([power / total for power in powers])
    return probabilities


def flat_trees(inputs):
    """Nodes numbered through all trees, leaves their own children: every walk takes DEPTH steps."""
    import numpy as np

    x, roots, feature, threshold, left, right, value = as_numpy(inputs)
    numbers = np.arange(len(feature))
    tree_of = np.searchsorted(roots, numbers, side="right") - 1
    is_leaf = left < 0
    children = np.where(is_leaf, numbers, roots[tree_of] + np.stack([right, left]))
    feature = np.where(is_leaf, 0, feature)
    rows = np.arange(len(x))[:, None]
    return np, x, roots, feature, threshold, children.T.ravel(), value, rows


@variant(prepare=flat_trees, requires="numpy")
def numpy(np, x, roots, feature, threshold, children, value, rows):
    node = np.broadcast_to(roots, (len(x), len(roots)))
    for _ in range(DEPTH):
        node = children[2 * node + (x[rows, feature[node]] <= threshold[node])]
    scores = value[node].reshape(len(x), -1, DIGITS).sum(axis=1)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def tree_of_sklearn(feature, threshold, left, right, value):
    """One of scikit-learn's own trees, as unpickling makes it."""
    import numpy as np
    from sklearn.tree import DecisionTreeRegressor
    from sklearn.tree._tree import Tree

    # A fitted tree of the same number of features tells what this version's nodes consist of.
    shape = DecisionTreeRegressor(max_depth=1).fit(np.zeros((2, 64)), [0.0, 1.0])
    state = shape.tree_.__getstate__()
    nodes = np.zeros(len(feature), dtype=state["nodes"].dtype)
    nodes["left_child"], nodes["right_child"] = left, right
    nodes["feature"], nodes["threshold"] = feature, threshold
    nodes["n_node_samples"] = nodes["weighted_n_node_samples"] = 1
    state |= {
        "max_depth": DEPTH,
        "node_count": len(nodes),
        "nodes": nodes,
        "values": np.ascontiguousarray(value, dtype=np.float64).reshape(-1, 1, 1),
    }
    tree = Tree(64, np.array([1], dtype=np.intp), 1)
    tree.__setstate__(state)
    shape.tree_ = tree
    return shape


def classifier(inputs):
    """The model as it was before it was written to a file."""
    import numpy as np
    from sklearn.ensemble import GradientBoostingClassifier

    x, roots, *fields = as_numpy(inputs)
    bounds = [*roots.tolist(), len(fields[0])]
    estimators = [
        tree_of_sklearn(*(field[begin:end] for field in fields))
        for begin, end in zip(bounds, bounds[1:])
    ]
    rounds = len(roots) // DIGITS
    model = GradientBoostingClassifier(n_estimators=rounds, learning_rate=1.0, init="zero")
    # Fitted on next to nothing, for the attributes that this version of scikit-learn wants.
    samples = np.zeros((2 * DIGITS, 64))
    samples[:, 0] = np.arange(2 * DIGITS)
    model.set_params(n_estimators=1).fit(samples, np.arange(2 * DIGITS) % DIGITS)
    model.set_params(n_estimators=rounds)
    model.estimators_ = np.array(estimators, dtype=object).reshape(rounds, DIGITS)
    model.n_estimators_ = rounds
    return model.predict_proba, x


@variant(prepare=classifier, requires=("numpy", "sklearn"), quick=False)
def sklearn(predict_proba, x):
    return predict_proba(x)


def compiled_walk(inputs):
    import numpy as np

    def probabilities(x, roots, feature, threshold, left, right, value):
        result = np.empty((len(x), DIGITS), dtype=np.float32)
        scores = np.empty(DIGITS)
        for sample in range(len(x)):
            scores[:] = 0
            for tree in range(len(roots)):
                root = roots[tree]
                node = root
                while left[node] >= 0:
                    if x[sample, feature[node]] <= threshold[node]:
                        node = root + left[node]
                    else:
                        node = root + right[node]
                scores[tree % DIGITS] += value[node]
            powers = np.exp(scores - scores.max())
            result[sample] = powers / powers.sum()
        return result

    arguments = as_numpy(inputs)
    return compiled(inputs, probabilities, *arguments), *arguments


@variant(prepare=compiled_walk, requires=("numpy", "numba"), quick=False)
def numba(probabilities, *arguments):
    return probabilities(*arguments)
