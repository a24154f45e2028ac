"""Losses of torch.nn.functional; every reduction, weights, and the odd cases of classification."""

import torch.nn.functional as F

from case import case
from operands import between, exactly, integer, positive, real, wide

INFINITY = float("inf")
REDUCTIONS = ("mean", "sum", "none")


def weighted(function):
    """The third operand, if there is one, is the weight, in which PyTorch has no derivative."""
    def loss(x, target, *weights, **attributes):
        return function(x, target, *(weight.detach() for weight in weights), **attributes)
    return loss


def binary_logits(x, target, *weights, weighted=False, **attributes):
    """Operands after the target: the element weight where weighted, then posWeight."""
    weight = weights[0].detach() if weighted else None
    positive_weight = weights[-1].detach() if len(weights) > weighted else None
    return F.binary_cross_entropy_with_logits(x, target, weight, pos_weight=positive_weight, **attributes)


OPERATIONS = {
    "cross entropy": weighted(F.cross_entropy), "nll": weighted(F.nll_loss),
    "binary cross entropy": weighted(F.binary_cross_entropy),
    "binary cross entropy of given targets": lambda x, target, **attributes: F.binary_cross_entropy(x, target.detach(), **attributes),
    "binary cross entropy with logits": binary_logits,
    "mse": F.mse_loss, "l1": F.l1_loss, "smooth l1": F.smooth_l1_loss, "huber": F.huber_loss, "kl divergence": F.kl_div,
    "cosine embedding": F.cosine_embedding_loss, "triplet margin": F.triplet_margin_loss,
    "margin ranking": F.margin_ranking_loss, "hinge embedding": F.hinge_embedding_loss, "poisson": F.poisson_nll_loss,
    "gaussian": F.gaussian_nll_loss,
}


def signs(*dims):
    return exactly(*([1, -1, -1, 1, 1, -1] * 4)[:dims[0]], dims=dims)


def probabilities(*dims):
    return between(0.02, 0.98, *dims)


PAIRED = ("mse", "l1", "smooth l1", "huber")

CASES = [
    *(case("cross entropy", wide(4, 7), integer(0, 6, 4), reduction=r) for r in REDUCTIONS),
    *(case("cross entropy", wide(4, 7), integer(0, 6, 4), positive(7), reduction=r, label="weighted") for r in REDUCTIONS),
    *(case("cross entropy", wide(4, 7), integer(0, 6, 4), reduction=r, label_smoothing=0.1) for r in REDUCTIONS),
    *(case("cross entropy", wide(4, 7), integer(0, 6, 4), positive(7), reduction=r, label_smoothing=0.3, label="weighted")
      for r in REDUCTIONS),
    *(case("cross entropy", wide(5, 3), exactly(0, -100, 2, 1, -100, type="int64"), reduction=r, label="some ignored")
      for r in REDUCTIONS),
    *(case("cross entropy", wide(5, 3), exactly(0, 1, 2, 1, 2, type="int64"), ignore_index=1, reduction=r, label="a class ignored")
      for r in REDUCTIONS),
    case("cross entropy", wide(5, 3), exactly(0, 1, 2, 1, 2, type="int64"), positive(3), ignore_index=1, label="weighted, a class ignored"),
    case("cross entropy", wide(5, 3), exactly(0, 1, 2, 1, 2, type="int64"), ignore_index=1, label_smoothing=0.2,
         label="smoothed, a class ignored"),
    case("cross entropy", wide(2, 3), exactly(-100, -100, type="int64"), label="all ignored", differentiable=False),
    case("cross entropy", wide(2, 3), exactly(-100, -100, type="int64"), reduction="sum", label="all ignored"),
    case("cross entropy", wide(3, 1), integer(0, 0, 3), label="one class"),
    case("cross entropy", real(0, 3), integer(0, 2, 0), label="empty", differentiable=False),
    case("cross entropy", real(0, 3), integer(0, 2, 0), reduction="sum", label="empty"),
    case("cross entropy", wide(5), integer(0, 4), label="one sample"),
    case("cross entropy", wide(2, 4, 3, 2), integer(0, 3, 2, 3, 2), positive(4), label="of an image, weighted"),
    case("cross entropy", exactly(1000, -1000, 0, -1000, 0, 1000, dims=(2, 3)), integer(0, 2, 2), label="extreme"),
    *(case("cross entropy", wide(4, 7), probabilities(4, 7), reduction=r, label="soft") for r in REDUCTIONS),
    case("cross entropy", wide(4, 7), probabilities(4, 7), positive(7), label_smoothing=0.2, label="soft, weighted"),
    case("cross entropy", wide(2, 3, 4), probabilities(2, 3, 4), label="soft, of an image"),
    *(case("nll", between(-5, -0.1, 4, 7), integer(0, 6, 4), positive(7), reduction=r, label="weighted") for r in REDUCTIONS),
    case("nll", between(-5, -0.1, 4, 3, 2), exactly(0, 1, 2, -100, 1, 1, 0, -100, dims=(4, 2), type="int64"), label="some ignored"),
    case("nll", between(-5, -0.1, 3), integer(0, 2), label="one sample"),
    *(case("binary cross entropy", probabilities(4, 3), probabilities(4, 3), reduction=r) for r in REDUCTIONS),
    case("binary cross entropy", probabilities(4, 3), probabilities(4, 3), positive(3), label="weighted"),
    case("binary cross entropy", exactly(0, 0, 1, 1, 1e-20), exactly(0, 1, 0, 1, 1), reduction="none", label="certain", differentiable=False),
    case("binary cross entropy of given targets", exactly(0, 1, 1e-20, 1e-13), exactly(1, 0, 1, 1), reduction="none", label="certainly wrong"),
    *(case("binary cross entropy with logits", wide(4, 3), probabilities(4, 3), reduction=r) for r in REDUCTIONS),
    case("binary cross entropy with logits", wide(4, 3), probabilities(4, 3), positive(3), label="positives weighted"),
    case("binary cross entropy with logits", wide(4, 3), probabilities(4, 3), positive(4, 1), positive(3), weighted=True, label="all weighted"),
    case("binary cross entropy with logits", exactly(-1000, -100, -30, 0, 30, 100, 1000), exactly(0, 1, 0, 1, 1, 0, 1), reduction="none",
         label="extreme"),
    *(case(name, real(4, 3), real(4, 3), reduction=r) for name in PAIRED for r in REDUCTIONS),
    *(case(name, exactly(0, 1, -1, 2, -2), exactly(0, 0, 0, 0, 0), reduction="sum", label="at its kinks") for name in PAIRED),
    *(case(name, real(0, 3), real(0, 3), label="empty", differentiable=False) for name in PAIRED),
    case("smooth l1", real(4, 3), real(4, 3), beta=0.3),
    case("smooth l1", real(4, 3), real(4, 3), beta=0.0),
    case("huber", real(4, 3), real(4, 3), delta=0.3),
    *(case("kl divergence", between(-5, -0.1, 4, 3), probabilities(4, 3), reduction=r) for r in (*REDUCTIONS, "batchmean")),
    case("kl divergence", between(-5, -0.1, 4, 3), between(-5, -0.1, 4, 3), reduction="batchmean", log_target=True),
    case("kl divergence", exactly(-1, -2, -3), exactly(0, 0.5, 0.5), label="of a certain target", differentiable=False),
    *(case("cosine embedding", real(6, 5), real(6, 5), signs(6), margin=0.2, reduction=r) for r in REDUCTIONS),
    case("cosine embedding", real(5), real(5), between(1, 1), label="one sample"),
    *(case("triplet margin", real(6, 5), real(6, 5), real(6, 5), reduction=r) for r in REDUCTIONS),
    case("triplet margin", real(6, 5), real(6, 5), real(6, 5), margin=3.0, p=1.0, swap=True),
    case("triplet margin", real(2, 3), real(2, 3), wide(2, 3), p=3.0, margin=2.0),
    *(case("margin ranking", real(6), real(6), signs(6), margin=0.5, reduction=r) for r in REDUCTIONS),
    case("margin ranking", exactly(1, 2), exactly(1, 2), exactly(1, -1), label="of ties"),
    *(case("hinge embedding", real(6), signs(6), reduction=r) for r in REDUCTIONS),
    case("hinge embedding", exactly(1, 0, 2), exactly(-1, -1, -1), reduction="sum", label="at its kink"),
    *(case("poisson", real(4, 3), positive(4, 3), reduction=r) for r in REDUCTIONS),
    case("poisson", positive(4, 3), positive(4, 3), log_input=False, label="of rates"),
    case("poisson", real(4, 3), between(0, 9, 4, 3), full=True),
    *(case("gaussian", real(4, 3), real(4, 3), positive(4, 3), reduction=r) for r in REDUCTIONS),
    case("gaussian", real(4, 3), real(4, 3), positive(4), label="of rows"),
    case("gaussian", real(4, 3), real(4, 3), positive(4, 1), full=True),
    case("gaussian", real(3), real(3), exactly(0, 1e-9, 2), label="of tiny variances", eps=0.01),
]
