"""Operands of recorded cases: values drawn from the case's own seed, and how the operation sees them."""

import builtins
from dataclasses import dataclass

import numpy as np
import torch


FLOATS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Operand:
    """A stored tensor; draw makes its values, views lead from it to what the operation is given."""

    dims: tuple
    type: str
    draw: object
    views: tuple = ()

    @property
    def is_float(self):
        return self.type in FLOATS

    def of(self, type):
        return Operand(self.dims, type, self.draw, self.views)

    def view(self, kind, *arguments):
        return Operand(self.dims, self.type, self.draw, self.views + ((kind, *arguments),))

    def values(self, random):
        drawn = self.draw(random)
        if self.is_float:
            # By way of float32, which also holds what NumPy has no type for.
            return torch.tensor(np.asarray(drawn, np.float32).reshape(self.dims)).to(FLOATS[self.type])
        return torch.tensor(np.asarray(drawn, self.type).reshape(self.dims))

    def seen(self, tensor):
        for kind, *arguments in self.views:
            tensor = VIEWS[kind](tensor, *arguments)
        return tensor


VIEWS = {
    "transpose": lambda x, first, second: x.transpose(first, second),
    "slice": lambda x, axis, start, length, step: x[
        (builtins.slice(None),) * axis + (builtins.slice(start, start + (length - 1) * step + 1, step),)],
    "expand": lambda x, *shape: x.expand(shape),
    "flip": lambda x, *axes: x.flip(axes),
}


def between(low, high, *dims):
    """Floats with four decimals, so that the file stays small; as float32 they still fill the mantissa."""
    return Operand(dims, "float32", lambda random: np.round(random.uniform(low, high, dims), 4))


def real(*dims):
    return between(-2, 2, *dims)


def wide(*dims):
    return between(-9, 9, *dims)


def positive(*dims):
    return between(0.3, 4, *dims)


def integer(low, high, *dims, type="int64"):
    """Integers from low to high, both included."""
    return Operand(dims, type, lambda random: random.randint(low, high + 1, dims))


def boolean(*dims):
    return integer(0, 1, *dims, type="bool")


def exactly(*values, dims=None, type="float32"):
    return Operand(dims or (len(values),), type, lambda random: np.array(values))
