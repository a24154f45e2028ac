"""Functions of the frontend that work element by element, and statistics and distances built of them."""

import torch
import torch.nn.functional as F

from case import case
from operands import between, exactly, integer, positive, real, wide

INFINITY, NAN = float("inf"), float("nan")


def norm(x, p, dim, keepdim):
    return torch.norm(x, p, dim, keepdim)


OPERATIONS = {
    "exp2": torch.exp2, "log2": torch.log2, "log10": torch.log10, "atanh": torch.atanh, "trunc": torch.trunc, "frac": torch.frac,
    "fmod": torch.fmod, "hypot": torch.hypot, "xlogy": torch.xlogy, "logaddexp": torch.logaddexp, "lerp": torch.lerp,
    "is nan": torch.isnan, "is inf": torch.isinf, "is finite": torch.isfinite, "log sum exp": torch.logsumexp,
    "variance": torch.var, "standard deviation": torch.std, "norm": norm, "cosine similarity": F.cosine_similarity,
    "maximum norm": lambda x, dim: torch.norm(x, INFINITY, dim), "minimum norm": lambda x, dim: torch.norm(x, -INFINITY, dim),
    "normalize": F.normalize, "pairwise distance": F.pairwise_distance,
}

CASES = [
    case("exp2", wide(3, 7)),
    case("exp2", exactly(-140, -1, 0, 0.5, 10, 127.9), label="of large values"),
    *(case(name, positive(3, 7)) for name in ("log2", "log10")),
    *(case(name, exactly(1e-30, 0.125, 1, 8, 1000, 1e30), label="of powers") for name in ("log2", "log10")),
    case("atanh", between(-0.95, 0.95, 3, 7)),
    case("atanh", exactly(-1e-4, 0, 1e-8, 0.999999), label="near its ends"),
    *(case(name, wide(3, 7)) for name in ("trunc", "frac")),
    *(case(name, exactly(-2, -0.5, 0, 0.5, 1e9), label="of whole numbers") for name in ("trunc", "frac")),
    case("fmod", wide(4, 9), between(-4, -0.3, 9)),
    case("fmod", wide(4, 9), positive(4, 1)),
    case("fmod", exactly(0, 0, 6, -6), exactly(2, -3, 3, 3), label="at 0"),
    case("fmod", integer(-9, 9, 7), integer(1, 4, 7)),
    case("hypot", wide(4, 9), wide(9)),
    case("hypot", exactly(1e30, -1e-30, 0, 3), exactly(1e30, 1e-30, 2, 0), label="of large and small values"),
    case("hypot", exactly(0, INFINITY, -INFINITY), exactly(0, 1, 2), label="at its ends", differentiable=False),
    case("xlogy", real(4, 5), positive(5)),
    case("xlogy", exactly(0, 0, 0, 1, 2), exactly(0, 3, NAN, 0, 2), label="of 0", differentiable=False),
    case("xlogy", exactly(0, 0, 2), exactly(1, 3, 5), label="gradient at 0"),
    case("logaddexp", wide(4, 9), wide(9)),
    case("logaddexp", exactly(-1000, 1000, 0, 5), exactly(-1001, 0, 0, 5), label="of large values"),
    case("logaddexp", exactly(-INFINITY, -INFINITY, INFINITY), exactly(-INFINITY, 1, 2), label="of infinities", differentiable=False),
    case("lerp", real(3, 4), real(3, 4), between(-1, 2, 3, 4)),
    case("lerp", real(3, 4), real(4), between(0, 1, 3, 1)),
    *(case(name, exactly(NAN, INFINITY, -INFINITY, 0, 1)) for name in ("is nan", "is inf", "is finite")),
    case("log sum exp", wide(4, 7), dim=[1]),
    case("log sum exp", wide(2, 3, 4), dim=[0, 2], keepdim=True),
    case("log sum exp", exactly(1000, 999, -1000, -999, dims=(2, 2)), dim=[1], label="of large values"),
    case("log sum exp", exactly(-INFINITY, -INFINITY, 0, -INFINITY, dims=(2, 2)), dim=[1], label="of a mask", differentiable=False),
    case("log sum exp", real(3, 0), dim=[1]),
    *(case(name, real(4, 7), dim=[1], unbiased=unbiased, keepdim=False)
      for name in ("variance", "standard deviation") for unbiased in (True, False)),
    *(case(name, real(2, 3, 4), dim=[0, 2], unbiased=True, keepdim=True) for name in ("variance", "standard deviation")),
    case("variance", real(3, 1), dim=[1], unbiased=True, keepdim=False, differentiable=False, label="of one"),
    case("standard deviation", exactly(2, 2, 2, 1, 1, 4, dims=(2, 3)), dim=[1], unbiased=True, keepdim=False, label="of equal"),
    *(case("norm", real(3, 5), p=p, dim=[1], keepdim=False) for p in (1.0, 2.0, 3.0, 1.5, 0.5, 0.0)),
    *(case(name, real(3, 5), dim=[1]) for name in ("maximum norm", "minimum norm")),
    case("maximum norm", exactly(-2, 2, 1, 0, dims=(2, 2)), dim=[1], label="of ties"),
    case("norm", exactly(0, 0, 0, 3, 0, 4, dims=(2, 3)), p=2.0, dim=[1], keepdim=True, label="at 0"),
    case("norm", exactly(0, 0, 0, 3, 0, 4, dims=(2, 3)), p=3.0, dim=[1], keepdim=True, label="at 0"),
    case("norm", exactly(0, 0, 0, 3, 0, 4, dims=(2, 3)), p=1.0, dim=[1], keepdim=True, label="at 0"),
    case("cosine similarity", real(3, 5), real(3, 5), dim=1),
    case("cosine similarity", real(3, 4, 5), real(4, 5), dim=-1),
    case("normalize", real(3, 5)),
    case("normalize", real(3, 4, 2), p=1.0, dim=2),
    case("normalize", exactly(0, 0, 3, 4, dims=(2, 2)), label="of 0"),
    case("pairwise distance", real(4, 5), real(4, 5)),
    case("pairwise distance", real(4, 5), real(4, 5), p=1.0, keepdim=True),
    case("pairwise distance", exactly(1, 2, 3, 4, dims=(2, 2)), exactly(1, 2, 3, 5, dims=(2, 2)), label="of equal"),
]
