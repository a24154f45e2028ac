"""One case and its name."""

from dataclasses import dataclass

# Attributes in the name would repeat the label, or the label says them shorter.
UNNAMED = {"kernel", "stride", "low", "high", "dilation", "groups", "parameters"}


@dataclass(frozen=True)
class Case:
    name: str
    operation: str
    operands: tuple
    attributes: dict
    differentiable: bool


def compact(value):
    return str(value).replace(" ", "")


def case(operation, *operands, label="", differentiable=True, **attributes):
    """A case named after its operation, label, attributes and shapes; gradients are recorded unless told otherwise."""
    said = [f"{key} {compact(value)}" for key, value in attributes.items() if key not in UNNAMED]
    shapes = [f"{'' if o.type == 'float32' else o.type}[{','.join(map(str, o.dims))}]" for o in operands]
    head = " ".join(part for part in (operation, label, " ".join(said)) if part)
    return Case(f"{head}, {' '.join(shapes)}", operation, operands, attributes, differentiable)
