"""Records what PyTorch computes for every case; see README.md."""

import argparse
import functools
import gzip
import importlib
import json
import math
import pathlib
import zlib

import numpy as np
import torch

import metrics
import optimizers
import schedules
from cases import CASES
from operands import FLOATS
from operations import OPERATIONS

FOLDER = pathlib.Path(__file__).parent
FAMILIES = sorted(path.stem for path in (FOLDER / "families").glob("*.py"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="*", help="what to record: cases, optimizers, schedules, metrics or a family; everything unless given")
    chosen = parser.parse_args().file or ["cases", "optimizers", "schedules", "metrics", *FAMILIES]
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in chosen:
        if name == "optimizers":
            write("optimizers.json.gz", [optimizers.run(*parameters) for parameters in optimizers.RUNS])
        elif name == "schedules":
            write("schedules.json.gz", [schedules.run(*parameters) for parameters in schedules.SCHEDULES])
        elif name == "metrics":
            write("metrics.json.gz", [metrics.run(*parameters) for parameters in metrics.CASES])
        elif name == "cases":
            write("cases.json.gz", record_all(CASES, OPERATIONS))
        else:
            family = importlib.import_module(f"families.{name}")
            write(f"families/{name}.json.gz", record_all(family.CASES, family.OPERATIONS))


def record_all(cases, operations):
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]
    return [record(case, operations[case.operation]) for case in cases]


def record(case, operation):
    random = np.random.RandomState(zlib.crc32(case.name.encode()))
    values = [operand.values(random) for operand in case.operands]
    truth = evaluate(case, operation, values, torch.float64, None)
    cotangent = torch.tensor(np.round(random.uniform(-1.5, 1.5, truth[0].shape), 4).astype(np.float32)).to(output_type(case, operation, values))
    single = in_its_types(case, operation, values, cotangent)
    double = evaluate(case, operation, values, torch.float64, cotangent)
    entry = {
        "name": case.name,
        "operation": case.operation,
        "attributes": case.attributes,
        "operands": [stored(v) | {"views": o.views} for o, v in zip(case.operands, values)],
        "output": result(single[0], double[0]),
    }
    if len(single) > 1:
        entry["cotangent"] = stored(cotangent)
        entry["gradients"] = [None if s is None else result(s, d) for s, d in zip(single[1:], double[1:])]
    return entry


def output_type(case, operation, values):
    """The float type of the output; float32 where it is no float."""
    output = in_its_types(case, operation, values, None)[0]
    return output.dtype if output.dtype in FLOATS.values() else torch.float32


def in_its_types(case, operation, values, cotangent):
    """What PyTorch gives for the operands as they are; for what it lacks in 16 bits, its float32 result, rounded."""
    try:
        return evaluate(case, operation, values, None, cotangent)
    except RuntimeError as error:
        if "not implemented for" not in str(error):
            raise
    results = evaluate(case, operation, values, torch.float32, cotangent)
    operands = [v.dtype for v in values]
    types = [functools.reduce(torch.promote_types, operands)] + operands
    return [r if r is None or not r.is_floating_point() else r.to(t) for r, t in zip(results, types)]


def evaluate(case, operation, values, precision, cotangent):
    """The output and, where it is float and there is a cotangent, the gradient in each operand (None if that is no float)."""
    leaves = [t.to(precision or t.dtype, copy=True).requires_grad_() if o.is_float else t for o, t in zip(case.operands, values)]
    seen = [operand.seen(leaf) for operand, leaf in zip(case.operands, leaves)]
    output = operation(*seen, **case.attributes)
    floats = [leaf for leaf in leaves if leaf.requires_grad]
    if cotangent is None or not output.is_floating_point() or not floats or not case.differentiable:
        return [output.detach()]
    gradients = iter(differentiate(output, cotangent.to(output.dtype), floats))
    return [output.detach()] + [next(gradients) if leaf.requires_grad else None for leaf in leaves]


def differentiate(output, cotangent, leaves):
    if not output.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves]
    gradients = torch.autograd.grad((output * cotangent).sum(), leaves, allow_unused=True)
    return [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, gradients)]


def stored(tensor):
    return {"type": str(tensor.dtype).removeprefix("torch."), "dims": list(tensor.shape), "values": numbers(tensor)}


def result(single, double):
    """What PyTorch gives and, for floats, what it gives in float64 from the same operands."""
    entry = stored(single)
    if single.dtype in FLOATS.values():
        entry["truth"] = numbers(double)
    return entry


def numbers(tensor):
    """Shortest decimals that read back as the same number; strings for the values JSON has no number for."""
    flat = tensor.reshape(-1)
    if tensor.dtype in FLOATS.values():
        return [named(float(str(v))) for v in flat.float().numpy()]
    return [named(v) for v in flat.tolist()]


def named(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def write(name, entries):
    """One entry a line, compressed without a time stamp, so that the same figures make the same bytes."""
    lines = ",\n".join(json.dumps(entry, separators=(",", ":"), allow_nan=False) for entry in entries)
    text = f'{{"source":"PyTorch {torch.__version__}","entries":[\n{lines}\n]}}\n'
    (FOLDER / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{name}: {len(entries)} entries, {(FOLDER / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
