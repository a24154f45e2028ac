"""How a family records layers: the layer's parameters are operands after its inputs, so that they get gradients too."""

import torch
from torch.nn.utils import stateless

from case import case
from operands import between


def flat(*results):
    """Several results as one, which a case records: each flattened, one after another."""
    floats = [r for r in results if r is not None]
    return torch.cat([r.reshape(-1) for r in floats]) if len(floats) > 1 else floats[0]


def layer(build, inputs=1, call=None):
    """An operation on the inputs and the parameters of the layer that build makes of the case's attributes."""
    def operation(*operands, parameters, **attributes):
        module = build(**attributes)
        named = dict(zip(parameters, operands[inputs:]))
        module.to(next((o.dtype for o in operands if o.is_floating_point()), torch.float32))
        module.train(attributes.get("train", True))
        forward = _Forward(module, call or (lambda m, *x: flat(*_results(m(*x)))))
        return stateless.functional_call(forward, {f"module.{k}": v for k, v in named.items()}, operands[:inputs])
    return operation


def layer_case(name, build, *operands, label="", differentiable=True, **attributes):
    """A case of a layer; its parameters are drawn like operands, in the order of named_parameters."""
    parameters = {k: tuple(p.shape) for k, p in build(**attributes).named_parameters()}
    drawn = (between(-0.5, 0.5, *shape) for shape in parameters.values())
    return case(name, *operands, *drawn, label=label, differentiable=differentiable, parameters=list(parameters), **attributes)


class _Forward(torch.nn.Module):
    def __init__(self, module, call):
        super().__init__()
        self.module, self.call = module, call

    def forward(self, *inputs):
        return self.call(self.module, *inputs)


def _results(output):
    if isinstance(output, torch.Tensor):
        return [output]
    return [r for part in output for r in _results(part)] if isinstance(output, (tuple, list)) else []
