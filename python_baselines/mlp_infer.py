"""mlp_infer: a perceptron with two hidden layers that recognises handwritten digits."""

import math

from gapmeter import Skip, as_lists, as_numpy, compiled_by_jax, variant


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


def compiled_module(inputs):
    import time

    import torch

    inference_mode, model, x = module(inputs)
    if not hasattr(torch, "compile"):
        raise Skip(f"PyTorch {torch.__version__} has no torch.compile")
    compiled_model = torch.compile(model)
    started = time.perf_counter()
    try:
        with inference_mode():
            compiled_model(x)
    except RuntimeError as error:  # of this Python's version, or without a compiler
        raise Skip(f"torch.compile does not work here: {str(error).splitlines()[0]}") from None
    inputs.report("compile_s", time.perf_counter() - started)
    return inference_mode, compiled_model, x


@variant(prepare=compiled_module, requires=("numpy", "torch"), quick=False)
def torch_compiled(inference_mode, model, x):
    with inference_mode():
        return model(x)


def network_in_jax(inputs):
    def infer(x, w1, b1, w2, b2, w3, b3):
        import jax

        hidden = jax.nn.relu(x @ w1 + b1)
        hidden = jax.nn.relu(hidden @ w2 + b2)
        return jax.nn.softmax(hidden @ w3 + b3)

    return compiled_by_jax(inputs, infer, *as_numpy(inputs))


@variant(prepare=network_in_jax, requires=("numpy", "jax"), quick=False)
def jax(infer, x, w1, b1, w2, b2, w3, b3):
    return infer(x, w1, b1, w2, b2, w3, b3).block_until_ready()


def network_in_tensorflow(inputs):
    """A function that TensorFlow traces and compiles once for these shapes."""
    import os
    import time

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # what it would print of this processor
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    x, w1, b1, w2, b2, w3, b3 = (tf.constant(value) for value in as_numpy(inputs))

    @tf.function
    def infer(x):
        hidden = tf.nn.relu(x @ w1 + b1)
        hidden = tf.nn.relu(hidden @ w2 + b2)
        return tf.nn.softmax(hidden @ w3 + b3)

    started = time.perf_counter()
    traced = infer.get_concrete_function(x)
    inputs.report("compile_s", time.perf_counter() - started)
    return traced, x


@variant(prepare=network_in_tensorflow, requires=("numpy", "tensorflow"), quick=False)
def tensorflow(infer, x):
    return infer(x).numpy()


def network_in_onnx_runtime(inputs):
    """A session of the same network, which is described in ONNX's own format."""
    import time

    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    x, *parameters = as_numpy(inputs)
    names = ["w1", "b1", "w2", "b2", "w3", "b3"]
    tensors = [
        numpy_helper.from_array(np.array(value), name) for name, value in zip(names, parameters)
    ]
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["s1"]),
        helper.make_node("Relu", ["s1"], ["h1"]),
        helper.make_node("Gemm", ["h1", "w2", "b2"], ["s2"]),
        helper.make_node("Relu", ["s2"], ["h2"]),
        helper.make_node("Gemm", ["h2", "w3", "b3"], ["s3"]),
        helper.make_node("Softmax", ["s3"], ["y"], axis=1),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "mlp",
        [helper.make_tensor_value_info("x", floats, list(x.shape))],
        [helper.make_tensor_value_info("y", floats, [x.shape[0], len(parameters[-1])])],
        tensors,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    started = time.perf_counter()
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    inputs.report("compile_s", time.perf_counter() - started)
    return session.run, ["y"], {"x": np.array(x)}


@variant(
    prepare=network_in_onnx_runtime, requires=("numpy", "onnx", "onnxruntime"), quick=False
)
def onnx_runtime(run, wanted, given):
    return run(wanted, given)[0]
