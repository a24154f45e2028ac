"""The layer Linear, alone and between others; the pattern for families of layers."""

import torch

from layers import layer, layer_case
from operands import real


def linear(in_features, out_features, bias=True):
    return torch.nn.Linear(in_features, out_features, bias)


def perceptron(in_features, hidden, out_features):
    return torch.nn.Sequential(torch.nn.Linear(in_features, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, out_features))


OPERATIONS = {"linear": layer(linear), "sequential": layer(perceptron)}

CASES = [
    layer_case("linear", linear, real(3, 5), in_features=5, out_features=4),
    layer_case("linear", linear, real(2, 3, 5), in_features=5, out_features=1, bias=False),
    layer_case("linear", linear, real(0, 5), in_features=5, out_features=2, label="of empty"),
    layer_case("sequential", perceptron, real(3, 5), in_features=5, hidden=4, out_features=2),
]
