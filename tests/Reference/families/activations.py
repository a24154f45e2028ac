"""Activations; each at its kinks and far out, where a careless gradient is NaN."""

import torch
from torch import nn

from case import case
from layers import layer, layer_case
from operands import exactly, real, wide


def prelu(num_parameters=1):
    return nn.PReLU(num_parameters)


LAYERS = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "leaky relu": nn.LeakyReLU, "elu": nn.ELU, "selu": nn.SELU, "celu": nn.CELU,
    "gelu": nn.GELU, "silu": nn.SiLU, "mish": nn.Mish, "softplus": nn.Softplus, "softsign": nn.Softsign,
    "hardsigmoid": nn.Hardsigmoid, "hardswish": nn.Hardswish, "hardtanh": nn.Hardtanh, "threshold": nn.Threshold,
    "log sigmoid": nn.LogSigmoid, "tanhshrink": nn.Tanhshrink, "softshrink": nn.Softshrink, "hardshrink": nn.Hardshrink,
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softmax": nn.Softmax, "log softmax": nn.LogSoftmax, "softmin": nn.Softmin,
    "glu": nn.GLU,
}

OPERATIONS = {name: lambda x, build=build, **attributes: build(**attributes)(x) for name, build in LAYERS.items()}
OPERATIONS["prelu"] = layer(prelu)

PLAIN = [name for name in LAYERS if name not in ("threshold", "softmax", "log softmax", "softmin", "glu")]
FAR = exactly(-1e30, -3000, -100, -30, -0.0, 0, 30, 100, 3000, 1e30)
KINKS = exactly(-3, -1, -0.5, -0.0, 0, 0.5, 1, 3, 6)

CASES = [
    *(case(name, wide(3, 7)) for name in PLAIN),
    *(case(name, FAR, label="far out") for name in PLAIN if name != "gelu"),
    *(case(name, KINKS, label="at its kinks") for name in PLAIN),
    case("gelu", exactly(-3000, -100, 0, 100, 3000), label="far out"),
    case("gelu", wide(3, 7), approximate="tanh"),
    case("gelu", exactly(-3000, -100, 0, 100, 3000), approximate="tanh", label="far out"),
    case("sigmoid", exactly(-104, -95, -88, -60, -20), label="of very negative"),
    case("log sigmoid", exactly(-104, -40, -17, 17, 40, 88), label="precise"),
    case("softplus", exactly(-100, -88, -40, -17, -5), label="of very negative"),
    case("silu", exactly(-80, -60, -40, -20), label="of very negative"),
    case("mish", exactly(-80, -60, -40, -20), label="of very negative"),
    case("elu", exactly(-1e-5, -1e-3, 1e-7, -1e-7), label="near 0"),
    case("relu", exactly(float("nan"), 1), label="of NaN", differentiable=False),
    case("relu", real(0, 3)),
    case("elu", real()),
    case("mish", real(4, 5).view("transpose", 0, 1), label="of a transpose"),
    case("leaky relu", wide(3, 7), negative_slope=0.2),
    case("elu", wide(3, 7), alpha=0.3),
    case("celu", wide(3, 7), alpha=2.5),
    case("celu", FAR, alpha=0.5, label="far out"),
    case("softplus", wide(3, 7), beta=2.0, threshold=5.0),
    case("softplus", exactly(2.5, 2.4999, 2.5001, 9), beta=2.0, threshold=5.0, label="at its threshold"),
    case("hardtanh", wide(3, 7), min_val=-2.0, max_val=3.0),
    case("threshold", wide(3, 7), threshold=1.0, value=-2.0),
    case("threshold", exactly(0.1, 1, 2), threshold=1.0, value=20.0, label="at its kink"),
    case("softshrink", wide(3, 7), lambd=1.5),
    case("hardshrink", wide(3, 7), lambd=1.5),
    case("softshrink", real(7), lambd=0.0),
    layer_case("prelu", prelu, wide(3, 5, 2)),
    layer_case("prelu", prelu, wide(3, 5, 2), num_parameters=5),
    layer_case("prelu", prelu, exactly(-2, -0.0, 0, 3, dims=(2, 2)), num_parameters=2, label="at 0"),
    layer_case("prelu", prelu, real(4)),
    *(case(name, wide(3, 7), dim=1) for name in ("softmax", "log softmax", "softmin")),
    *(case(name, wide(3, 4, 5), dim=-2) for name in ("softmax", "log softmax", "softmin")),
    case("softmin", wide(3, 1), dim=1),
    case("glu", wide(3, 6), dim=-1),
    case("glu", wide(4, 3, 2), dim=0),
    case("glu", real(2, 0), dim=1),
]
