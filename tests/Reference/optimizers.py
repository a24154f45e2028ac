"""Optimizer runs: the parameter after each of ten steps with given gradients, in float32 and float64."""

import zlib

import numpy as np
import torch

STEPS, DIMS = 10, (2, 3)

# Name of the run, the optimizer, its arguments.
RUNS = [
    ("plain", "SGD", {"lr": 0.1}),
    ("momentum", "SGD", {"lr": 0.05, "momentum": 0.9}),
    ("momentum and dampening", "SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3}),
    ("weight decay", "SGD", {"lr": 0.1, "weight_decay": 0.2}),
    ("nesterov", "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("all", "SGD", {"lr": 0.02, "momentum": 0.7, "weight_decay": 0.1, "nesterov": True}),
    ("momentum, dampening and weight decay", "SGD", {"lr": 0.02, "momentum": 0.7, "dampening": 0.5, "weight_decay": 0.1}),
    ("defaults", "Adam", {"lr": 0.001}),
    ("other betas", "Adam", {"lr": 0.02, "betas": [0.8, 0.95], "eps": 1e-6}),
    ("weight decay", "Adam", {"lr": 0.02, "weight_decay": 0.1}),
    ("defaults", "AdamW", {"lr": 0.001, "weight_decay": 0.01}),
    ("other betas and weight decay", "AdamW", {"lr": 0.02, "betas": [0.7, 0.9], "weight_decay": 0.3}),
]


def run(label, optimizer, arguments):
    random = np.random.RandomState(zlib.crc32(f"{optimizer} {label}".encode()))
    parameter = np.round(random.uniform(-1, 1, DIMS), 4).astype(np.float32)
    gradients = np.round(random.uniform(-1, 1, (STEPS, *DIMS)), 4).astype(np.float32)
    single = trajectory(optimizer, arguments, parameter, gradients, torch.float32)
    double = trajectory(optimizer, arguments, parameter, gradients, torch.float64)
    return {
        "name": f"{optimizer} {label}",
        "optimizer": optimizer,
        "arguments": arguments,
        "dims": DIMS,
        "parameter": listed(parameter),
        "gradients": [listed(g) for g in gradients],
        "steps": [listed(s) for s in single],
        "truth": [listed(s) for s in double],
    }


def trajectory(optimizer, arguments, parameter, gradients, precision):
    weight = torch.nn.Parameter(torch.tensor(parameter, dtype=precision))
    update = getattr(torch.optim, optimizer)([weight], **arguments)
    visited = []
    for gradient in gradients:
        weight.grad = torch.tensor(gradient, dtype=precision)
        update.step()
        visited.append(weight.detach().numpy().copy())
    return visited


def listed(array):
    return [float(str(v)) for v in array.reshape(-1)]
