"""Update rules that PyTorch 1.13 lacks, or has otherwise than its documentation says."""

import torch


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for weight in group["params"]:
                gradient = -weight.grad if group["maximize"] else weight.grad
                momentum = self.state[weight].setdefault("exp_avg", torch.zeros_like(weight))
                direction = torch.sign(first * momentum + (1 - first) * gradient)
                weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(direction, alpha=-group["lr"])
                momentum.mul_(second).add_(gradient, alpha=1 - second)


class NAdam(torch.optim.Optimizer):
    """
    torch.optim.NAdam as its documentation and PyTorch 2 define it: 1.13 multiplies the momentum of the step into the product of
    the following one twice.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3, maximize=False):
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "maximize": maximize})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                self.move(weight, group)

    def move(self, weight, group):
        state = self.state[weight]
        if not state:
            state.update(count=0, product=1.0, mean=torch.zeros_like(weight), square=torch.zeros_like(weight))
        state["count"] += 1
        first, second = group["betas"]
        gradient = -weight.grad if group["maximize"] else weight.grad
        gradient = gradient.add(weight, alpha=group["weight_decay"])
        now, following = (first * (1 - 0.5 * 0.96 ** (n * group["momentum_decay"])) for n in (state["count"], state["count"] + 1))
        state["product"] *= now
        state["mean"].mul_(first).add_(gradient, alpha=1 - first)
        state["square"].mul_(second).addcmul_(gradient, gradient, value=1 - second)
        divisor = state["square"].div(1 - second ** state["count"]).sqrt_().add_(group["eps"])
        weight.addcdiv_(gradient, divisor, value=-group["lr"] * (1 - now) / (1 - state["product"]))
        weight.addcdiv_(state["mean"], divisor, value=-group["lr"] * following / (1 - state["product"] * following))


def optimizer_class(name):
    return globals().get(name) or getattr(torch.optim, name)
