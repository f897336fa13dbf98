"""tokenize: how many words a text has, and how many different ones."""

import re
from collections import Counter

from gapmeter import variant


def as_text(inputs):
    return bytes(inputs.text).decode()


@variant(prepare=as_text)
def split(text):
    words = text.split()
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return len(words), len(counts)


@variant(prepare=as_text)
def counter(text):
    words = text.split()
    return len(words), len(Counter(words))


@variant(prepare=lambda inputs: (as_text(inputs), re.compile(r"\S+")))
def regex(text, word):
    words = word.findall(text)
    return len(words), len(Counter(words))


@variant(prepare=lambda inputs: bytes(inputs.text))
def split_bytes(text):
    words = text.split()
    return len(words), len(Counter(words))


def text_and_numpy(inputs):
    import numpy as np

    return as_text(inputs), np.array, np.unique


@variant(prepare=text_and_numpy, requires="numpy")
def numpy_unique(text, as_array, unique):
    words = as_array(text.split())
    return len(words), len(unique(words))
