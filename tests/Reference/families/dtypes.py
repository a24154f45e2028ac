"""Floats of 16 bits, the bits of integers, and division and remainder in every element type."""

import math

import torch

from case import case
from operands import boolean, exactly, integer, positive, real, wide

F = torch.nn.functional
HALVES = ["float16", "bfloat16"]
INTEGERS = ["uint8", "int32", "int64"]
INFINITY = float("inf")

ELEMENTWISE = {
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
    "relu": torch.relu,
    "square": torch.square,
    "round": torch.round,
    "times 0.3": lambda x: x * 0.3,
    "minus 0.1": lambda x: x - 0.1,
    "gelu by tanh": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
    "silu": F.silu,
    "mish": F.mish,
    "selu": F.selu,
    "softplus": F.softplus,
    "hardswish": F.hardswish,
    "softmax": lambda x: torch.softmax(x, -1),
    "log softmax": lambda x: torch.log_softmax(x, -1),
    "sum": lambda x: x.sum(-1),
    "sum of all": lambda x: x.sum(),
    "mean": lambda x: x.mean(0),
    "max": lambda x: x.amax(-1),
}

BINARY = {
    "plus": torch.add,
    "minus": torch.sub,
    "times": torch.mul,
    "divide": torch.div,
    "power": torch.pow,
    "maximum": torch.maximum,
    "matmul": torch.matmul,
    "where": lambda x, y: torch.where(x > y, x, y),
    "linear": F.linear,
    "conv2d": lambda x, w: F.conv2d(x, w, padding=1),
    "layer norm": lambda x, w: F.layer_norm(x, x.shape[-1:], w),
    "group norm": lambda x, w: F.group_norm(x, 2, w),
    "batch norm": lambda x, w: F.batch_norm(x, None, None, w, training=True),
}

BITS = {
    "bitwise and": torch.bitwise_and,
    "bitwise or": torch.bitwise_or,
    "bitwise xor": torch.bitwise_xor,
    "left shift": torch.bitwise_left_shift,
    "right shift": torch.bitwise_right_shift,
    "logical and": torch.logical_and,
    "logical or": torch.logical_or,
    "logical xor": torch.logical_xor,
}

DIVISIONS = {
    "remainder": torch.remainder,
    "fmod": torch.fmod,
    "div": lambda x, y, mode="": torch.div(x, y, rounding_mode=mode or None),
}

OPERATIONS = {
    **ELEMENTWISE, **BINARY, **BITS, **DIVISIONS,
    "bitwise not": torch.bitwise_not,
    "avg pool": lambda x: F.avg_pool2d(x, 2),
    "logical not": torch.logical_not,
    "cast": lambda x, type: x.to(getattr(torch, type)),
}


def of(type, *operands):
    return [o.of(type) for o in operands]


def half_cases(type):
    return [
        *(case(name, *of(type, positive(3, 17) if name in ("log", "sqrt") else real(3, 17))) for name in ELEMENTWISE),
        *(case(name, *of(type, real(0, 4))) for name in ("exp", "sum", "softmax")),
        *(case(name, *of(type, real())) for name in ("tanh", "times 0.3")),
        *(case(name, *of(type, wide(1, 1))) for name in ("softmax", "mean", "sigmoid")),
        *(case(name, *of(type, real(4, 9), positive(4, 9))) for name in ("plus", "minus", "times", "divide", "maximum", "where")),
        case("power", *of(type, positive(4, 9), real(4, 9))),
        case("plus", *of(type, real(3, 1, 5), real(4, 1))),
        case("sum", *of(type, positive(2, 1000)), label="of many"),
        case("mean", *of(type, positive(1000, 2)), label="of many"),
        case("softmax", *of(type, wide(2, 300)), label="of many"),
        case("log softmax", *of(type, wide(2, 300)), label="of many"),
        case("exp", exactly(-20, -9, 0, 11, 12, 90, INFINITY, -INFINITY, type=type), label="out of range", differentiable=False),
        case("times", exactly(1e-7, 6e-8, 300, -300, 1e30, type=type), exactly(0.5, 0.5, 300, 300, 1e30, type=type), label="out of range"),
        *(case("matmul", *of(type, real(*a), real(*b))) for a, b in (((7, 5), (5, 3)), ((2, 17, 40), (2, 40, 20)), ((1, 300), (300, 1)))),
        case("linear", *of(type, real(6, 40), real(9, 40))),
        case("conv2d", *of(type, real(2, 3, 7, 7), real(5, 3, 3, 3))),
        case("cast", wide(3, 17), type=type),
        case("layer norm", *of(type, wide(6, 40), positive(40))),
        *(case(name, *of(type, wide(3, 4, 25), positive(4))) for name in ("group norm", "batch norm")),
        case("avg pool", *of(type, wide(2, 3, 6, 6))),
        *(case("cast", *of(type, wide(3, 17)), type=to) for to in ("float32", "int32", "bool")),
        case("cast", integer(-3000, 3000, 20, type="int32"), type=type),
        case("cast", *of(type, wide(9)), type=HALVES[1 - HALVES.index(type)]),
    ]


def bit_cases(type):
    bits = integer(0, 255, 4, 19, type=type) if type == "uint8" else integer(-10**6, 10**6, 4, 19, type=type)
    places = integer(0, 7 if type == "uint8" else 31, 19, type=type)
    few = integer(0, 1, 19, type=type)
    return [
        *(case(name, bits, bits) for name in ("bitwise and", "bitwise or", "bitwise xor")),
        *(case(name, bits, places) for name in ("left shift", "right shift")),
        case("bitwise not", bits),
        *(case(name, few, bits) for name in ("logical and", "logical or", "logical xor")),
        case("logical not", few),
    ]


def division_cases(type):
    if type in INTEGERS:
        dividend = integer(0, 255, 60, type=type) if type == "uint8" else integer(-50, 50, 60, type=type)
        divisor = exactly(*(v for v in range(1, 11) for _ in range(6)), type=type)
        divisors = [divisor] if type == "uint8" else [divisor, exactly(*(-v for v in range(1, 11) for _ in range(6)), type=type)]
    else:
        dividend, divisors = wide(60).of(type), [positive(60).of(type), exactly(*(-0.1 * v for v in range(1, 61)), type=type)]
    signs = ["positive", "negative"]
    return [
        *(case(name, dividend, d, label=f"of {s}") for name in ("remainder", "fmod") for s, d in zip(signs, divisors)),
        *(case("div", dividend, d, label=f"of {s}", mode=mode) for mode in ("", "trunc", "floor") for s, d in zip(signs, divisors)),
    ]


FLOAT_EDGES = [
    case(name, exactly(5, -5, 5, -5, 0, INFINITY, 1e30), exactly(INFINITY, INFINITY, -INFINITY, -INFINITY, 3, 2, 0.3),
         label="at infinity", differentiable=False, **attributes)
    for name, attributes in (("remainder", {}), ("fmod", {}), ("div", {"mode": "trunc"}), ("div", {"mode": "floor"}))
] + [
    case("div", exactly(1, -1, 0), exactly(0, 0, 0), label="by zero", differentiable=False, mode=mode) for mode in ("trunc", "floor")
]

CASES = [
    *(c for type in HALVES for c in half_cases(type)),
    *(c for type in INTEGERS for c in bit_cases(type)),
    *(case(name, boolean(4, 5), boolean(4, 5)) for name in ("bitwise and", "bitwise or", "bitwise xor")),
    case("bitwise not", boolean(9)),
    *(c for type in [*INTEGERS, "float32", *HALVES] for c in division_cases(type)),
    *FLOAT_EDGES,
]
