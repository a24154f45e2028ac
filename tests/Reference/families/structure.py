"""Elements in other places: repeating, cutting, diagonals, padding; and products by labelled axes."""

import torch
import torch.nn.functional as F

from case import case
from operands import boolean, exactly, integer, real


def flat(results):
    """Several results as one."""
    return torch.cat([r.reshape(-1) for r in results])


def scaled(make):
    """A tensor made of attributes, times the operand, a scalar."""
    return lambda x, **attributes: x * make(**attributes).to(x.dtype)


OPERATIONS = {
    "tril": lambda x, diagonal=0: x.tril(diagonal),
    "triu": lambda x, diagonal=0: x.triu(diagonal),
    "eye": scaled(lambda n, m: torch.eye(n, m)),
    "arange": scaled(lambda start, end, step: torch.arange(start, end, step, dtype=torch.float64)),
    "linspace": scaled(lambda start, end, steps: torch.linspace(start, end, steps, dtype=torch.float64)),
    "diag": lambda x, diagonal=0: x.diag(diagonal),
    "diagonal": lambda x, offset=0, dim1=0, dim2=1: x.diagonal(offset, dim1, dim2),
    "diag embed": lambda x, offset=0: torch.diag_embed(x, offset),
    "trace": torch.trace,
    "repeat": lambda x, repeats: x.repeat(*repeats),
    "tile": lambda x, dims: x.tile(*dims),
    "repeat interleave": lambda x, repeats, dim=None: x.repeat_interleave(repeats, dim),
    "roll": lambda x, shifts, dims: x.roll(shifts, dims),
    "movedim": lambda x, source, destination: x.movedim(source, destination),
    "unfold": lambda x, dimension, size, step: x.unfold(dimension, size, step),
    "split": lambda x, size, dim: flat(p * (i + 1) for i, p in enumerate(x.split(size, dim))),
    "chunk": lambda x, chunks, dim: flat(p * (i + 1) for i, p in enumerate(x.chunk(chunks, dim))),
    "unbind": lambda x, dim: flat(p * (i + 1) for i, p in enumerate(x.unbind(dim))),
    "unflatten": lambda x, dim, sizes: x.unflatten(dim, sizes),
    "meshgrid": lambda *x, indexing: flat(g * (i + 1) for i, g in enumerate(torch.meshgrid(*x, indexing=indexing))),
    "outer": torch.outer,
    "dot": torch.dot,
    "cross": lambda x, y, dim: torch.cross(x, y, dim=dim),
    "baddbmm": lambda x, y, z, beta=1, alpha=1: torch.baddbmm(x, y, z, beta=beta, alpha=alpha),
    "addbmm": lambda x, y, z, beta=1, alpha=1: torch.addbmm(x, y, z, beta=beta, alpha=alpha),
    "addmm": lambda x, y, z, beta=1, alpha=1: torch.addmm(x, y, z, beta=beta, alpha=alpha),
    "addmv": lambda x, y, z, beta=1, alpha=1: torch.addmv(x, y, z, beta=beta, alpha=alpha),
    "einsum": lambda *x, equation: torch.einsum(equation, *x),
    "pad": lambda x, pad, mode="constant", value=0: F.pad(x, pad, mode, value) if mode == "constant" else F.pad(x, pad, mode),
}


def einsum(equation, *shapes, **more):
    return case("einsum", *(real(*s) if isinstance(s, tuple) else s for s in shapes), equation=equation, **more)


EINSUMS = [
    einsum("ij,jk->ik", (3, 4), (4, 2)),
    einsum("ij,jk", (3, 4), (4, 2)),
    einsum("ba,aC", (2, 3), (3, 4)),
    einsum("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
    einsum("ij,jk,kl->il", (2, 9), (9, 3), (3, 4)),
    einsum("ij,jk,kl,l->i", (5, 2), (2, 3), (3, 9), (9,)),
    einsum("i,i,i->i", (5,), (5,), (5,)),
    einsum("i,j,k->kji", (2,), (3,), (4,)),
    einsum("ij->ji", (2, 3)),
    einsum("ij->", (2, 3)),
    einsum("ij->j", (2, 3)),
    einsum("ii", (4, 4)),
    einsum("ii->i", (4, 4)),
    einsum("iij->j", (3, 3, 2)),
    einsum("iii->i", (3, 3, 3)),
    einsum("ij,ij->", (3, 4), (3, 4)),
    einsum("ij,kl->ik", (2, 3), (4, 5), label="with lone axes"),
    einsum("ijj,jk->ik", (2, 3, 3), (3, 4)),
    einsum("...ij->...ji", (2, 3, 4)),
    einsum("...ij->ij", (2, 3, 4), label="summing the ellipsis"),
    einsum("...i,...i->...", (5, 1, 3), (4, 3), label="broadcast"),
    einsum("i...j,j...k", (2, 5, 3), (3, 5, 4)),
    einsum("b...i,oi->b...o", (2, 3, 4, 5), (6, 5)),
    einsum("ij,jk", (2, 1), (3, 4), label="with an axis of one"),
    einsum("ij,ij->ij", (2, 1), (1, 3), label="with axes of one"),
    einsum(" i j , j k -> i k ", (2, 3), (3, 4), label="with spaces"),
    einsum(",->", (), ()),
    einsum(",ij->ij", (), (2, 3)),
    einsum("ij,jk->ik", (0, 3), (3, 4)),
    einsum("ij,jk->ik", (2, 0), (0, 4)),
    einsum("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    einsum("bn,anm,bm->ba", (2, 5), (3, 5, 4), (2, 4), label="bilinear"),
    einsum("ij,jk->ik", integer(-9, 9, 2, 3), integer(-9, 9, 3, 4)),
]

PADS = [
    case("pad", real(2, 3), pad=[1, 2]),
    case("pad", real(2, 3), pad=[1, 2, 0, 3], value=0.5),
    case("pad", real(2, 3, 4), pad=[-1, 2, 1, -1], value=-2.0),
    case("pad", real(2, 3), pad=[0, 0, -1, 0]),
    case("pad", real(0, 3), pad=[0, 1, 2, 0], value=1.5),
    case("pad", integer(-9, 9, 4), pad=[2, 1], value=7),
    *(case("pad", real(2, 3, 5), pad=[2, 1], mode=m) for m in ("reflect", "replicate", "circular")),
    *(case("pad", real(1, 2, 4, 5), pad=[3, 4, 2, 1], mode=m) for m in ("reflect", "replicate", "circular")),
    *(case("pad", real(1, 1, 3, 4, 3), pad=[1, 2, 0, 1, 2, 1], mode=m) for m in ("reflect", "replicate", "circular")),
    *(case("pad", real(1, 1, 3), pad=[2, 2], mode=m, label="as far as it goes") for m in ("reflect", "circular")),
    case("pad", real(2, 2, 1), pad=[3, 0], mode="replicate"),
    case("pad", real(1, 2, 6), pad=[-2, 1], mode="circular"),
    case("pad", real(1, 2, 6), pad=[-2, 1], mode="replicate"),
    case("pad", real(1, 2, 6), pad=[0, 0], mode="reflect"),
]

CASES = [
    *(case(name, real(*dims), diagonal=d) for name in ("tril", "triu") for dims, d in
      (((4, 4), 0), ((3, 5), 1), ((5, 3), -2), ((2, 3, 3), 0), ((2, 2), 9), ((2, 2), -9), ((0, 3), 0), ((1, 1), 0))),
    case("tril", boolean(3, 3)),
    case("eye", real(), n=3, m=3),
    case("eye", real(), n=2, m=4),
    case("eye", real(), n=0, m=2),
    case("arange", real(), start=0, end=5, step=1),
    case("arange", real(), start=1.5, end=-2, step=-0.7),
    case("arange", real(), start=0, end=1, step=0.1),
    case("arange", real(), start=3, end=3, step=1),
    case("linspace", real(), start=-1, end=1, steps=5),
    case("linspace", real(), start=0, end=1, steps=1),
    case("linspace", real(), start=3, end=-4, steps=10),
    case("linspace", real(), start=3, end=-4, steps=0),
    case("diag", real(4)),
    case("diag", real(3), diagonal=2),
    case("diag", real(3), diagonal=-1),
    case("diag", real(3, 5)),
    case("diag", real(3, 5), diagonal=3),
    case("diag", real(3, 5), diagonal=-2),
    case("diagonal", real(3, 5), offset=5),
    case("diagonal", real(2, 3, 4), dim1=1, dim2=2),
    case("diagonal", real(2, 3, 4), offset=1, dim1=-1, dim2=0),
    case("diag embed", real(2, 3)),
    case("diag embed", real(2, 3), offset=-2),
    case("diag embed", real(2, 0), offset=1),
    case("trace", real(3, 4)),
    case("repeat", real(2, 3), repeats=[2, 2]),
    case("repeat", real(3), repeats=[2, 1, 3]),
    case("repeat", real(3), repeats=[0, 2]),
    case("tile", real(2, 3), dims=[2]),
    case("tile", real(2), dims=[2, 2]),
    case("repeat interleave", real(2, 3), repeats=2, dim=1),
    case("repeat interleave", real(2, 3), repeats=3, dim=0),
    case("repeat interleave", real(2, 3), repeats=2),
    case("repeat interleave", real(2, 3), repeats=0, dim=0),
    case("roll", real(5), shifts=[2], dims=[0]),
    case("roll", real(3, 4), shifts=[-1, 6], dims=[0, 1]),
    case("roll", real(0, 4), shifts=[3], dims=[0]),
    case("movedim", real(2, 3, 4), source=[0], destination=[2]),
    case("movedim", real(2, 3, 4), source=[2, 0], destination=[0, 1]),
    case("movedim", real(2, 3, 4), source=[-1], destination=[0]),
    case("unfold", real(7), dimension=0, size=3, step=1),
    case("unfold", real(7), dimension=0, size=3, step=2),
    case("unfold", real(2, 6, 3), dimension=1, size=2, step=3),
    case("unfold", real(2, 6), dimension=-1, size=6, step=4),
    case("unfold", real(4, 2), dimension=0, size=1, step=1),
    case("unfold", real(2, 29), dimension=1, size=20, step=1),
    case("unfold", real(45, 2), dimension=0, size=17, step=9),
    case("split", real(5, 2), size=2, dim=0),
    case("split", real(2, 6), size=[1, 0, 5], dim=1),
    case("chunk", real(7, 2), chunks=3, dim=0),
    case("chunk", real(5), chunks=4, dim=0),
    case("chunk", real(2, 3), chunks=5, dim=-1),
    case("unbind", real(3, 2), dim=0),
    case("unbind", real(3, 2), dim=-1),
    case("unflatten", real(2, 12), dim=1, sizes=[3, -1, 2]),
    case("meshgrid", real(2), real(3), indexing="ij"),
    case("meshgrid", real(2), real(3), real(), indexing="xy"),
    case("outer", real(3), real(4)),
    case("outer", real(0), real(4)),
    case("dot", real(17), real(17)),
    case("dot", real(0), real(0)),
    case("cross", real(4, 3), real(4, 3), dim=-1),
    case("cross", real(3, 2), real(3, 2), dim=0),
    case("baddbmm", real(2, 3, 5), real(2, 3, 4), real(2, 4, 5)),
    case("baddbmm", real(1, 5), real(2, 3, 4), real(2, 4, 5), beta=0.5, alpha=-2),
    case("addbmm", real(3, 5), real(2, 3, 4), real(2, 4, 5), beta=2),
    case("addmm", real(5), real(3, 4), real(4, 5), alpha=0.5),
    case("addmm", exactly(float("nan")), real(3, 4), real(4, 5), beta=0, label="without its NaN", differentiable=False),
    case("addmv", real(3), real(3, 4), real(4)),
    *EINSUMS,
    *PADS,
]
