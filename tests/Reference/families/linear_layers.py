"""The layer Linear; the pattern for families of layers."""

import torch

from layers import layer, layer_case
from operands import real


def linear(in_features, out_features, bias=True):
    return torch.nn.Linear(in_features, out_features, bias)


OPERATIONS = {"linear": layer(linear)}

CASES = [
    layer_case("linear", linear, real(3, 5), in_features=5, out_features=4),
    layer_case("linear", linear, real(2, 3, 5), in_features=5, out_features=1, bias=False),
    layer_case("linear", linear, real(0, 5), in_features=5, out_features=2, label="of empty"),
]
