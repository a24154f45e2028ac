"""Normalisation layers; those with running statistics are recorded in the functional form of training and of evaluation."""

import torch
import torch.nn.functional as F

from case import case
from layers import layer, layer_case
from operands import between, exactly, positive, real


class RMSNorm(torch.nn.Module):
    """As later versions of PyTorch define it, where this one has none."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.axes = tuple(range(-len(normalized_shape), 0))
        self.eps = torch.finfo(torch.float32).eps if eps is None else eps
        self.weight = torch.nn.Parameter(torch.ones(*normalized_shape)) if elementwise_affine else None

    def forward(self, x):
        y = x / torch.sqrt((x * x).mean(self.axes, keepdim=True) + self.eps)
        return y if self.weight is None else y * self.weight


def instance_norm(rank, num_features, **settings):
    return getattr(torch.nn, f"InstanceNorm{rank}d")(num_features, **settings)


OPERATIONS = {
    "batch norm training": lambda x, weight, bias, eps=1e-5: F.batch_norm(x, None, None, weight, bias, True, eps=eps),
    "batch norm evaluation": lambda x, mean, variance, weight, bias, eps=1e-5: F.batch_norm(
        x, mean.detach(), variance.detach(), weight, bias, False, eps=eps),
    "instance norm evaluation": lambda x, mean, variance, weight, bias: F.instance_norm(
        x, mean.detach(), variance.detach(), weight, bias, False),
    "batch norm": layer(lambda rank, **settings: getattr(torch.nn, f"BatchNorm{rank}d")(**settings)),
    "layer norm": layer(torch.nn.LayerNorm),
    "group norm": layer(torch.nn.GroupNorm),
    "instance norm": layer(instance_norm),
    "local response norm": layer(torch.nn.LocalResponseNorm),
    "rms norm": layer(RMSNorm),
}


def batch_norm(x, note="", **settings):
    return case("batch norm training", x, positive(x.dims[1]), real(x.dims[1]), label=note, **settings)


def evaluation(name, *x):
    channels = x[1]
    return case(f"{name} evaluation", real(*x), real(channels), positive(channels), positive(channels), real(channels))


def untracked(rank, x, **settings):
    return layer_case("batch norm", lambda rank, **s: getattr(torch.nn, f"BatchNorm{rank}d")(**s), real(*x), rank=rank,
                      num_features=x[1], track_running_stats=False, **settings)


def layer_norm(x, shape, **settings):
    return layer_case("layer norm", torch.nn.LayerNorm, x, normalized_shape=shape, **settings)


def group_norm(x, groups, **settings):
    return layer_case("group norm", torch.nn.GroupNorm, x, num_groups=groups, num_channels=x.dims[1], **settings)


def instance(x, **settings):
    return layer_case("instance norm", instance_norm, x, rank=len(x.dims) - 2, num_features=x.dims[1], **settings)


def rms(x, dims, **settings):
    return layer_case("rms norm", RMSNorm, x, normalized_shape=dims, **settings)


CASES = [
    batch_norm(real(6, 3)),
    batch_norm(real(2, 3)),
    batch_norm(real(4, 3, 5)),
    batch_norm(real(1, 2, 3), note="of one sample"),
    batch_norm(real(3, 4, 5, 4)),
    batch_norm(between(99, 101, 4, 2, 3, 3), note="far from 0"),
    batch_norm(exactly(*[1.5] * 8, dims=(4, 2)), note="of zero variance"),
    batch_norm(real(2, 2, 3, 4, 2)),
    batch_norm(real(5, 3), eps=0.1),
    evaluation("batch norm", 4, 3),
    evaluation("batch norm", 1, 3),
    evaluation("batch norm", 2, 3, 5),
    evaluation("batch norm", 2, 3, 4, 4),
    evaluation("batch norm", 0, 3, 4, 4),
    evaluation("batch norm", 1, 2, 2, 3, 2),
    untracked(1, [5, 3]),
    untracked(1, [3, 2, 4], affine=False),
    untracked(2, [3, 2, 4, 4], eps=0.01),
    untracked(3, [2, 2, 2, 3, 3]),
    layer_norm(real(4, 6), [6]),
    layer_norm(real(2, 3, 5), [5], eps=0.1),
    layer_norm(real(2, 3, 5), [3, 5]),
    layer_norm(real(2, 3, 4), [2, 3, 4], elementwise_affine=False),
    layer_norm(real(3, 1), [1]),
    layer_norm(real(0, 4), [4]),
    layer_norm(between(999, 1001, 3, 8), [8]),
    layer_norm(exactly(*[2.5] * 6, dims=(2, 3)), [3], label="of zero variance"),
    layer_norm(real(2, 768), [768]),
    group_norm(real(3, 6), 2),
    group_norm(real(2, 6, 5), 3),
    group_norm(real(2, 4, 3, 4), 1),
    group_norm(real(2, 4, 3, 4), 4),
    group_norm(real(2, 4, 3, 3), 2, affine=False),
    group_norm(real(1, 4, 2, 3, 2), 2, eps=0.01),
    group_norm(real(0, 4, 3), 2),
    instance(real(2, 3, 6)),
    instance(real(2, 3, 6), affine=True),
    instance(real(2, 3, 4, 5)),
    instance(real(1, 2, 3, 4), affine=True, eps=0.01),
    instance(real(2, 2, 2, 3, 4), affine=True),
    instance(exactly(*[0.5] * 12, dims=(2, 2, 3)), label="of zero variance"),
    evaluation("instance norm", 2, 3, 4),
    evaluation("instance norm", 2, 3, 4, 3),
    layer_case("local response norm", torch.nn.LocalResponseNorm, real(2, 5, 3), size=3),
    layer_case("local response norm", torch.nn.LocalResponseNorm, real(2, 6, 3, 2), size=2, alpha=0.5, beta=0.5, k=2.0),
    layer_case("local response norm", torch.nn.LocalResponseNorm, real(1, 2, 2, 2, 2), size=5, alpha=1.0),
    rms(real(4, 6), [6]),
    rms(real(2, 3, 5), [5], eps=0.1),
    rms(real(2, 3, 5), [3, 5], eps=1e-5),
    rms(exactly(0, 0, 0, 1e-4, 2e-4, -1e-4, dims=(2, 3)), [3]),
    rms(real(0, 4), [4]),
    rms(real(2, 3, 4), [4], elementwise_affine=False),
]
