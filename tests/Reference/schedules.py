"""Learning rates as PyTorch's schedulers give them, one for each step, the first before any step of the scheduler."""

import math

import torch
from torch.optim import lr_scheduler

# What a LambdaLR may be given by name.
LAMBDAS = {
    "inverse_sqrt": lambda n: 1 / math.sqrt(1 + n),
    "zigzag": lambda n: 0.25 + 0.75 * (n % 3),
}

NOISY = [3.0, 2.0, 2.1, 1.9999, 2.05, 2.0, 1.5, 1.6, 1.7, 1.6, 1.55, 1.5, 1.49999, 1.3, 1.4, 1.4, 1.4, 1.4, 1.4, 1.4, 1.2, 1.3]
GROWING = [0.1, 0.3, 0.3, 0.29, 0.5, 0.5, 0.5, 0.5, 0.500001, 0.6, 0.55, 0.5, 0.4, 0.9, 0.9]

# Name, scheduler, arguments, learning rate of the optimizer, number of learning rates (or the metrics of a plateau).
SCHEDULES = [
    ("defaults", "StepLR", {"step_size": 3}, 0.1, 12),
    ("every step", "StepLR", {"step_size": 1, "gamma": 0.5}, 0.3, 8),
    ("gamma 0", "StepLR", {"step_size": 4, "gamma": 0.0}, 0.3, 8),
    ("growing", "StepLR", {"step_size": 2, "gamma": 1.5}, 0.3, 8),
    ("defaults", "MultiStepLR", {"milestones": [2, 5, 9]}, 0.1, 12),
    ("twice at once", "MultiStepLR", {"milestones": [3, 3, 6], "gamma": 0.5}, 0.2, 10),
    ("no milestone", "MultiStepLR", {"milestones": []}, 0.2, 4),
    ("defaults", "ExponentialLR", {"gamma": 0.9}, 0.1, 20),
    ("growing", "ExponentialLR", {"gamma": 1.1}, 1e-3, 20),
    ("defaults", "ConstantLR", {}, 0.1, 9),
    ("half for three", "ConstantLR", {"factor": 0.5, "total_iters": 3}, 0.05, 6),
    ("defaults", "LinearLR", {}, 0.1, 9),
    ("from a hundredth", "LinearLR", {"start_factor": 0.01, "total_iters": 10}, 0.4, 15),
    ("downwards", "LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 7}, 0.4, 10),
    ("one step", "LinearLR", {"start_factor": 0.5, "total_iters": 1}, 0.4, 3),
    ("defaults", "PolynomialLR", {}, 0.1, 8),
    ("power 2", "PolynomialLR", {"total_iters": 10, "power": 2.0}, 0.1, 13),
    ("power a half", "PolynomialLR", {"total_iters": 6, "power": 0.5}, 0.1, 8),
    ("one wave", "CosineAnnealingLR", {"T_max": 10}, 0.1, 11),
    ("beyond one wave", "CosineAnnealingLR", {"T_max": 5, "eta_min": 0.01}, 0.1, 23),
    ("one step", "CosineAnnealingLR", {"T_max": 1}, 0.1, 5),
    ("equal waves", "CosineAnnealingWarmRestarts", {"T_0": 4}, 0.1, 14),
    ("doubled waves", "CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.005}, 0.1, 30),
    ("tripled waves", "CosineAnnealingWarmRestarts", {"T_0": 1, "T_mult": 3}, 0.1, 20),
    ("defaults", "OneCycleLR", {"max_lr": 0.5, "total_steps": 20}, 0.1, 20),
    ("linear", "OneCycleLR", {"max_lr": 0.5, "total_steps": 20, "anneal_strategy": "linear", "pct_start": 0.25}, 0.1, 20),
    ("three phases", "OneCycleLR", {"max_lr": 0.5, "total_steps": 25, "three_phase": True}, 0.1, 25),
    ("three linear phases", "OneCycleLR", {
        "max_lr": 0.2, "total_steps": 17, "three_phase": True, "anneal_strategy": "linear", "pct_start": 0.4}, 0.1, 17),
    ("other factors", "OneCycleLR", {"max_lr": 2.0, "total_steps": 11, "div_factor": 4.0, "final_div_factor": 10.0, "pct_start": 0.5}, 0.1, 11),
    ("inverse square root", "LambdaLR", {"lr_lambda": "inverse_sqrt"}, 0.1, 10),
    ("zigzag", "LambdaLR", {"lr_lambda": "zigzag"}, 0.1, 10),
    ("warm-up, then cosine", "SequentialLR", {
        "schedules": [["LinearLR", {"start_factor": 0.1, "total_iters": 4}], ["CosineAnnealingLR", {"T_max": 8}]],
        "milestones": [4]}, 0.3, 13),
    ("warm-up, then exponential", "SequentialLR", {
        "schedules": [["LinearLR", {"start_factor": 0.25, "total_iters": 3}], ["ExponentialLR", {"gamma": 0.8}]],
        "milestones": [3]}, 0.3, 10),
    ("three schedules", "SequentialLR", {
        "schedules": [["ConstantLR", {"factor": 0.1, "total_iters": 10}], ["StepLR", {"step_size": 2}], ["PolynomialLR", {"total_iters": 4}]],
        "milestones": [2, 8]}, 0.3, 14),
    ("cut short", "SequentialLR", {
        "schedules": [["CosineAnnealingLR", {"T_max": 10}], ["MultiStepLR", {"milestones": [2]}]], "milestones": [5]}, 0.3, 10),
    ("defaults but for patience", "ReduceLROnPlateau", {"patience": 1}, 0.1, NOISY),
    ("no patience", "ReduceLROnPlateau", {"patience": 0, "factor": 0.5}, 0.1, NOISY),
    ("cooldown", "ReduceLROnPlateau", {"patience": 0, "factor": 0.5, "cooldown": 3}, 0.1, NOISY),
    ("absolute threshold", "ReduceLROnPlateau", {"patience": 2, "factor": 0.3, "threshold": 0.2, "threshold_mode": "abs"}, 0.1, NOISY),
    ("least learning rate", "ReduceLROnPlateau", {"patience": 0, "factor": 0.1, "min_lr": 0.003}, 0.1, NOISY),
    ("greatest", "ReduceLROnPlateau", {"mode": "max", "patience": 1, "factor": 0.5}, 0.1, GROWING),
    ("greatest, absolute", "ReduceLROnPlateau", {
        "mode": "max", "patience": 1, "factor": 0.5, "threshold": 0.15, "threshold_mode": "abs"}, 0.1, GROWING),
    ("eps", "ReduceLROnPlateau", {"patience": 0, "factor": 0.5, "eps": 0.02}, 0.1, NOISY),
]


def run(label, scheduler, arguments, base, count):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    metrics = count if isinstance(count, list) else None
    made = make(scheduler, arguments, optimizer)
    rates = []
    for step in range(len(metrics) if metrics else count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.step(*([metrics[step]] if metrics else []))
    entry = {"name": f"{scheduler} {label}", "schedule": scheduler, "arguments": arguments, "base": base, "rates": rates}
    return entry | ({"metrics": metrics} if metrics else {})


def make(scheduler, arguments, optimizer):
    arguments = dict(arguments)
    if scheduler == "SequentialLR":
        parts = [make(name, inner, optimizer) for name, inner in arguments.pop("schedules")]
        return lr_scheduler.SequentialLR(optimizer, parts, **arguments)
    if scheduler == "LambdaLR":
        return lr_scheduler.LambdaLR(optimizer, LAMBDAS[arguments["lr_lambda"]])
    if scheduler == "OneCycleLR":
        arguments["cycle_momentum"] = False
    return getattr(lr_scheduler, scheduler)(optimizer, **arguments)
