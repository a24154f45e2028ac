"""Primitives of one or two operands beside those of cases.py; the tests of the compiler read them too."""

import torch

from case import case
from operands import between, exactly, positive, real, wide

INFINITY, NAN = float("inf"), float("nan")

OPERATIONS = {
    "erfc": torch.erfc, "expm1": torch.expm1, "log1p": torch.log1p, "log2": torch.log2, "softplus": torch.nn.functional.softplus, "tan": torch.tan,
    "asin": torch.asin, "acos": torch.acos, "atan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh, "asinh": torch.asinh,
    "acosh": torch.acosh, "atan2": torch.atan2,
}

CASES = [
    *(case(name, wide(3, 17)) for name in ("erfc", "expm1", "softplus", "atan", "sinh", "cosh", "asinh")),
    *(case(name, between(-0.95, 0.95, 5, 7)) for name in ("asin", "acos", "log1p")),
    *(case(name, exactly(-1e-3, -3e-4, 0, 1e-8, 1e-3), label="of small values")
      for name in ("expm1", "log1p", "tan", "asin", "atan", "sinh", "asinh")),
    case("erfc", exactly(0.5, 2, 4, 6, 8, 9, 9.2), label="of large values"),
    case("erfc", exactly(-INFINITY, -6, 30, INFINITY, NAN), label="at its ends", differentiable=False),
    case("expm1", exactly(-200, -20, 80, 88.7), label="of large values"),
    case("expm1", exactly(-INFINITY, 100, INFINITY, NAN), label="at its ends", differentiable=False),
    case("log1p", positive(3, 17)),
    case("log1p", exactly(-INFINITY, -2, -1, INFINITY, NAN), label="at its ends", differentiable=False),
    case("log1p", exactly(-0.999999, 1e10, 1e30), label="of large values"),
    case("log2", positive(3, 17)),
    case("log2", exactly(2 ** -20, 0.125, 0.7, 1, 1.4, 8, 1e30), label="of powers"),
    case("log2", exactly(-1, 0, INFINITY, NAN), label="at its ends", differentiable=False),
    case("tan", between(-1.5, 1.5, 3, 17)),
    case("tan", between(-2000, 2000, 60), label="of large angles"),
    case("asin", exactly(-1, 1, 2, NAN), label="at its ends", differentiable=False),
    case("acos", exactly(-1, 1, -2, NAN), label="at its ends", differentiable=False),
    case("acos", exactly(0.99999, -0.99999, 0.5, -0.5), label="near its ends"),
    case("atan", exactly(-1e30, 1e30, 1, -1, 0.4142136, 2.4142137), label="of large values"),
    case("sinh", exactly(-89, 20, 50, 89), label="of large values"),
    case("cosh", exactly(-89, 20, 50, 89), label="of large values"),
    case("asinh", exactly(-1e18, 1e9, 1e10, 1e18), label="of large values"),
    case("acosh", between(1.001, 9, 3, 17)),
    case("acosh", exactly(0.5, 1, INFINITY, NAN), label="at its ends", differentiable=False),
    case("acosh", exactly(1e8, 1e9, 1e18), label="of large values"),
    case("atan2", wide(4, 9), wide(9)),
    case("atan2", exactly(0, 0, 1, -1, -0.0), exactly(1, -1, 0, 0, -1), label="on the axes"),
    case("atan2", exactly(0, -0.0, 0, -0.0, INFINITY, INFINITY), exactly(0, 0, -0.0, -0.0, -INFINITY, 5),
         label="of zeros and infinities", differentiable=False),
    case("softplus", real(0, 3)),
]
