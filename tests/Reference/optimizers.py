"""
Optimizer runs: the parameters after each of ten steps with given gradients, in float32 and float64. Several parameters stand
one after another, each flattened.
"""

import math
import zlib

import numpy as np
import torch

from optimizer_rules import optimizer_class

STEPS, DIMS = 10, [[2, 3], [5], []]

NO_DECAY = {"weight_decay": 0}

# Name of the run, the optimizer, its arguments, and what else happens to gradients and parameters:
#   groups: arguments of single parameters by their number, over those of all;
#   clip: arguments of clip_grad_norm_, or {"value": v} of clip_grad_value_;
#   accumulate: steps whose mean gradient makes one update;
#   not_finite: steps (from 0) with an element that is no number, which are skipped as GradScaler does;
#   average: decay and warm-up of a running mean of the parameters.
RUNS = [
    ("plain", "SGD", {"lr": 0.1}),
    ("momentum", "SGD", {"lr": 0.05, "momentum": 0.9}),
    ("momentum and dampening", "SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3}),
    ("weight decay", "SGD", {"lr": 0.1, "weight_decay": 0.2}),
    ("nesterov", "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("all", "SGD", {"lr": 0.02, "momentum": 0.7, "weight_decay": 0.1, "nesterov": True}),
    ("momentum, dampening and weight decay", "SGD", {"lr": 0.02, "momentum": 0.7, "dampening": 0.5, "weight_decay": 0.1}),
    ("maximize", "SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1, "maximize": True}),
    ("defaults", "Adam", {"lr": 0.001}),
    ("other betas", "Adam", {"lr": 0.02, "betas": [0.8, 0.95], "eps": 1e-6}),
    ("weight decay", "Adam", {"lr": 0.02, "weight_decay": 0.1}),
    ("amsgrad", "Adam", {"lr": 0.02, "betas": [0.5, 0.6], "amsgrad": True}),
    ("maximize", "Adam", {"lr": 0.02, "weight_decay": 0.1, "maximize": True}),
    ("defaults", "AdamW", {"lr": 0.001, "weight_decay": 0.01}),
    ("other betas and weight decay", "AdamW", {"lr": 0.02, "betas": [0.7, 0.9], "weight_decay": 0.3}),
    ("amsgrad", "AdamW", {"lr": 0.02, "betas": [0.5, 0.6], "weight_decay": 0.3, "amsgrad": True}),
    ("maximize", "AdamW", {"lr": 0.02, "weight_decay": 0.1, "maximize": True}),
    ("defaults", "RMSprop", {}),
    ("other alpha and weight decay", "RMSprop", {"lr": 0.02, "alpha": 0.8, "eps": 1e-5, "weight_decay": 0.1}),
    ("momentum", "RMSprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.8}),
    ("centered", "RMSprop", {"lr": 0.01, "alpha": 0.9, "centered": True, "eps": 1e-3}),
    ("all", "RMSprop", {"lr": 0.01, "alpha": 0.7, "weight_decay": 0.2, "momentum": 0.5, "centered": True, "maximize": True, "eps": 1e-3}),
    ("defaults", "Adagrad", {}),
    ("learning rate decay", "Adagrad", {"lr": 0.1, "lr_decay": 0.3}),
    ("initial accumulator and weight decay", "Adagrad", {"lr": 0.1, "weight_decay": 0.2, "initial_accumulator_value": 0.5, "eps": 1e-6}),
    ("maximize", "Adagrad", {"lr": 0.1, "maximize": True}),
    ("defaults", "Adadelta", {}),
    ("other rho and weight decay", "Adadelta", {"lr": 0.5, "rho": 0.7, "eps": 1e-3, "weight_decay": 0.2}),
    ("maximize", "Adadelta", {"eps": 1e-2, "maximize": True}),
    ("defaults", "Adamax", {}),
    ("other betas and weight decay", "Adamax", {"lr": 0.05, "betas": [0.7, 0.8], "eps": 1e-3, "weight_decay": 0.2}),
    ("maximize", "Adamax", {"lr": 0.05, "maximize": True}),
    ("defaults", "NAdam", {}),
    ("other betas and weight decay", "NAdam", {"lr": 0.02, "betas": [0.8, 0.9], "weight_decay": 0.2, "momentum_decay": 0.5}),
    ("maximize", "NAdam", {"lr": 0.02, "maximize": True}),
    ("defaults", "RAdam", {}),
    ("never rectified", "RAdam", {"lr": 0.02, "betas": [0.8, 0.6], "weight_decay": 0.2}),
    ("rectified after some steps", "RAdam", {"lr": 0.05, "betas": [0.8, 0.95]}),
    ("defaults", "Lion", {}),
    ("other betas and weight decay", "Lion", {"lr": 0.02, "betas": [0.6, 0.8], "weight_decay": 0.3}),
    ("maximize", "Lion", {"lr": 0.02, "maximize": True}),
    ("a group without decay", "AdamW", {"lr": 0.02, "weight_decay": 0.5}, {"groups": {"1": NO_DECAY, "2": NO_DECAY}}),
    ("groups of three learning rates", "SGD", {"lr": 0.1, "momentum": 0.9}, {"groups": {"1": {"lr": 0.01}, "2": {"lr": 0.5}}}),
    ("a group with its own momentum", "RMSprop", {"lr": 0.01}, {"groups": {"0": {"momentum": 0.9, "weight_decay": 0.1}}}),
    ("groups of two momentum products", "NAdam", {"lr": 0.01}, {"groups": {"1": {"betas": [0.5, 0.9]}}}),
    ("clipped by norm", "SGD", {"lr": 0.1, "momentum": 0.9}, {"clip": {"max_norm": 0.5}}),
    ("clipped by a norm seldom reached", "SGD", {"lr": 0.1}, {"clip": {"max_norm": 2.0}}),
    ("clipped by 1-norm", "AdamW", {"lr": 0.02}, {"clip": {"max_norm": 3.0, "norm_type": 1.0}}),
    ("clipped by 3-norm", "Adam", {"lr": 0.02}, {"clip": {"max_norm": 0.7, "norm_type": 3.0}}),
    ("clipped by largest element", "SGD", {"lr": 0.1}, {"clip": {"max_norm": 0.3, "norm_type": math.inf}}),
    ("clipped by value", "Adam", {"lr": 0.02, "weight_decay": 0.1}, {"clip": {"value": 0.25}}),
    ("clipped in two groups", "AdamW", {"lr": 0.02, "weight_decay": 0.5}, {"clip": {"max_norm": 0.5}, "groups": {"1": NO_DECAY}}),
    ("two steps accumulated", "SGD", {"lr": 0.1, "momentum": 0.9}, {"accumulate": 2}),
    ("three steps accumulated", "AdamW", {"lr": 0.02}, {"accumulate": 3}),
    ("accumulated and clipped", "Adam", {"lr": 0.02}, {"accumulate": 3, "clip": {"max_norm": 0.4}}),
    ("a step skipped", "AdamW", {"lr": 0.02}, {"not_finite": [3]}),
    ("steps skipped, the first too", "SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3}, {"not_finite": [0, 5, 6]}),
    ("skipped and accumulated", "NAdam", {"lr": 0.02}, {"not_finite": [2, 3], "accumulate": 2}),
    ("averaged", "SGD", {"lr": 0.1}, {"average": {"decay": 0.9}}),
    ("averaged with warm-up", "Adam", {"lr": 0.05}, {"average": {"decay": 0.6, "warm_up": True}}),
    ("averaged, accumulated and skipped", "SGD", {"lr": 0.1}, {"average": {"decay": 0.7}, "accumulate": 2, "not_finite": [4]}),
]


def run(label, optimizer, arguments, handling=None):
    handling = handling or {}
    random = np.random.RandomState(zlib.crc32(f"{optimizer} {label}".encode()))
    parameters = np.round(random.uniform(-1, 1, size()), 4).astype(np.float32)
    gradients = np.round(random.uniform(-1, 1, (STEPS, size())), 4).astype(np.float32)
    for step in handling.get("not_finite", []):
        gradients[step, step % size()] = [math.nan, math.inf, -math.inf][step % 3]
    single = trajectory(optimizer, arguments, handling, parameters, gradients, torch.float32)
    double = trajectory(optimizer, arguments, handling, parameters, gradients, torch.float64)
    entry = {
        "name": f"{optimizer} {label}",
        "optimizer": optimizer,
        "arguments": arguments,
        "handling": {k: v for k, v in handling.items() if k != "not_finite"} | {"skip": "not_finite" in handling},
        "dims": DIMS,
        "parameters": listed(parameters),
        "gradients": [listed(g) for g in gradients],
    }
    for what in single:
        entry[what] = {"values": [listed(s) for s in single[what]], "truth": [listed(s) for s in double[what]]}
    return named(entry)


def trajectory(optimizer, arguments, handling, parameters, gradients, precision):
    weights = [torch.nn.Parameter(p.clone()) for p in split(torch.tensor(parameters, dtype=precision))]
    overrides = handling.get("groups", {})
    groups = [{"params": [w], **overrides.get(str(i), {})} for i, w in enumerate(weights)]
    update = optimizer_class(optimizer)(groups, **arguments)
    visited = {"steps": []}
    sums = [torch.zeros_like(w) for w in weights]
    mean = Mean(weights, **handling["average"]) if "average" in handling else None
    for step, gradient in enumerate(torch.tensor(gradients, dtype=precision)):
        due = accumulate(sums, gradient, step, handling.get("accumulate", 1))
        for weight, total in zip(weights, sums):
            weight.grad = total.clone()
        norm = clip(weights, handling.get("clip", {}))
        if norm is not None:
            visited.setdefault("norms", []).append(norm.reshape(1).numpy().copy())
        if due and all(w.grad.isfinite().all() for w in weights):
            update.step()
            if mean:
                mean.update(weights)
        visited["steps"].append(flat(weights))
        if mean:
            visited.setdefault("averages", []).append(flat(mean.values))
    return visited


def accumulate(sums, gradient, step, count):
    """Adds the step's share to the gradients; whether it was the last of an update's."""
    for total, part in zip(sums, split(gradient)):
        if step % count == 0:
            total.zero_()
        total += part / count
    return step % count == count - 1


def clip(weights, arguments):
    if "value" in arguments:
        torch.nn.utils.clip_grad_value_(weights, arguments["value"])
    elif arguments:
        return torch.nn.utils.clip_grad_norm_(weights, **arguments)
    return None


class Mean:
    """decay · mean + (1 - decay) · parameter after every update, from the initial values on."""

    def __init__(self, weights, decay, warm_up=False):
        self.values = [w.detach().clone() for w in weights]
        self.decay, self.warm_up, self.count = decay, warm_up, 0

    def update(self, weights):
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count)) if self.warm_up else self.decay
        for value, weight in zip(self.values, weights):
            value.mul_(decay).add_(weight.detach(), alpha=1 - decay)


def size():
    return sum(math.prod(dims) for dims in DIMS)


def split(vector):
    parts = torch.split(vector, [math.prod(dims) for dims in DIMS])
    return [part.reshape(dims) for part, dims in zip(parts, DIMS)]


def flat(tensors):
    return torch.cat([t.detach().reshape(-1) for t in tensors]).numpy().copy()


def listed(array):
    return [float(str(v)) for v in array.reshape(-1)]


def named(value):
    """Strings for the values JSON has no number for."""
    if isinstance(value, dict):
        return {k: named(v) for k, v in value.items()}
    if isinstance(value, list):
        return [named(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
