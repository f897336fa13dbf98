"""mlp_infer: a perceptron with two hidden layers that recognises handwritten digits."""

import math

from gapmeter import as_lists, as_numpy, variant


def layer(x, w, b):
    return [sum(map(float.__mul__, x, column), bias) for column, bias in zip(zip(*w), b)]


def rectified(values):
    return [max(value, 0.0) for value in values]


@variant(prepare=as_lists, max_size=64)
def loops(x, w1, b1, w2, b2, w3, b3):
    probabilities = []
    for image in x:
        hidden = rectified(layer(rectified(layer(image, w1, b1)), w2, b2))
        scores = layer(hidden, w3, b3)
        largest = max(scores)
        powers = [math.exp(score - largest) for score in scores]
        total = sum(powers)
        probabilities.append([power / total for power in powers])
    return probabilities


def arrays(inputs):
    import numpy as np

    return np, *as_numpy(inputs)


@variant(prepare=arrays, requires="numpy")
def numpy(np, x, w1, b1, w2, b2, w3, b3):
    hidden = np.maximum(x @ w1 + b1, 0)
    hidden = np.maximum(hidden @ w2 + b2, 0)
    scores = hidden @ w3 + b3
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def classifier(inputs):
    """The model as it was before it was written to a file."""
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    x, w1, b1, w2, b2, w3, b3 = as_numpy(inputs)
    model = MLPClassifier(hidden_layer_sizes=(w1.shape[1], w2.shape[1]))
    model.coefs_ = [w1, w2, w3]
    model.intercepts_ = [b1, b2, b3]
    model.n_layers_ = 4
    model.n_outputs_ = w3.shape[1]
    model.n_features_in_ = w1.shape[0]
    model.out_activation_ = "softmax"
    model.classes_ = np.arange(w3.shape[1])
    return model.predict_proba, x


@variant(prepare=classifier, requires=("numpy", "sklearn"), quick=False)
def sklearn(predict_proba, x):
    return predict_proba(x)


def module(inputs):
    import torch

    torch.set_num_threads(1)
    x, *parameters = (torch.tensor(value) for value in as_numpy(inputs))
    w1, b1, w2, b2, w3, b3 = parameters
    model = torch.nn.Sequential()
    for w, b in ((w1, b1), (w2, b2), (w3, b3)):
        linear = torch.nn.Linear(*w.shape)
        linear.weight.data, linear.bias.data = w.T.contiguous(), b
        model.append(linear)
        model.append(torch.nn.ReLU())
    model[-1] = torch.nn.Softmax(dim=1)
    return torch.inference_mode, model.eval(), x


@variant(prepare=module, requires=("numpy", "torch"), quick=False)
def torch(inference_mode, model, x):
    with inference_mode():
        return model(x)
