"""Other resolutions, and layers that rearrange pixels, channels and windows or pad; none has parameters."""

import torch
import torch.nn.functional as F

from case import case
from operands import integer, real


def applied(layer):
    """A layer without parameters as an operation of its arguments."""
    return lambda x, arguments, **named: getattr(torch.nn, layer)(*arguments, **named)(x)


def interpolate(x, size=None, factor=None, mode="nearest", align=None):
    return F.interpolate(x, size, factor, mode, align)


def circular(x, arguments):
    """The layers of later versions of PyTorch."""
    padding, = arguments
    return F.pad(x, [padding] * 2 * (x.dim() - 2) if isinstance(padding, int) else padding, mode="circular")


PADS = ("ConstantPad1d", "ConstantPad2d", "ConstantPad3d", "ZeroPad2d", "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d",
        "ReplicationPad1d", "ReplicationPad2d", "ReplicationPad3d")

OPERATIONS = {
    "interpolate": interpolate,
    "pixel shuffle": F.pixel_shuffle,
    "pixel unshuffle": F.pixel_unshuffle,
    "channel shuffle": lambda x, groups: F.channel_shuffle(x, groups) if not x.requires_grad else
        x.reshape(x.shape[0], groups, -1, *x.shape[2:]).transpose(1, 2).reshape(x.shape),
    "unfold": lambda x, kernel, **more: F.unfold(x, kernel, **more),
    "fold": lambda x, output, kernel, **more: F.fold(x, output, kernel, **more),
    "upsample": lambda x, factor, mode: torch.nn.Upsample(scale_factor=factor, mode=mode)(x),
    "unflatten": lambda x, dim, size: torch.nn.Unflatten(dim, tuple(size))(x),
    "identity": torch.nn.Identity(),
    "flatten": lambda x, **axes: torch.nn.Flatten(**axes)(x),
    **{name: applied(name) for name in PADS},
    "ZeroPad1d": lambda x, arguments: torch.nn.ConstantPad1d(*arguments, 0.0)(x),
    "ZeroPad3d": lambda x, arguments: torch.nn.ConstantPad3d(*arguments, 0.0)(x),
    **{f"CircularPad{rank}d": circular for rank in (1, 2, 3)},
}

INTERPOLATIONS = [
    *(case("interpolate", real(2, 3, 5), size=[n], mode=m) for n in (10, 5, 3, 1, 7, 13) for m in ("nearest", "nearest-exact", "linear")),
    *(case("interpolate", real(1, 2, 5), size=[n], mode="linear", align=True) for n in (9, 3, 1, 5)),
    *(case("interpolate", real(1, 2, 1), size=[4], mode=m) for m in ("nearest", "linear")),
    *(case("interpolate", real(1, 2, 7), factor=[f], mode=m) for f in (2, 1.5, 0.5, 0.3) for m in ("nearest", "linear")),
    # Not nearest: where the factor leaves the extent as it is, PyTorch moves elements and its gradient does not.
    case("interpolate", real(1, 2, 7), factor=[1.1], mode="linear"),
    *(case("interpolate", real(2, 2, 4, 3), factor=[2, 2], mode=m) for m in ("nearest", "bilinear", "bicubic")),
    *(case("interpolate", real(1, 2, 4, 5), size=[7, 3], mode=m) for m in ("nearest", "nearest-exact", "bilinear", "bicubic")),
    *(case("interpolate", real(1, 1, 4, 5), size=[8, 10], mode=m, align=True) for m in ("bilinear", "bicubic")),
    *(case("interpolate", real(1, 1, 4, 5), factor=[1.7, 0.6], mode=m, align=a) for m in ("bilinear", "bicubic") for a in (False, True)),
    case("interpolate", real(1, 1, 2, 3, 2), factor=[2, 2, 2], mode="nearest"),
    case("interpolate", real(1, 2, 2, 3, 2), size=[3, 3, 5], mode="trilinear"),
    case("interpolate", real(1, 1, 2, 3, 2), size=[3, 5, 4], mode="trilinear", align=True),
    case("interpolate", real(0, 2, 3), size=[6], mode="linear", differentiable=False),
]

WINDOWS = [
    (real(2, 3, 4, 5), dict(kernel=[2, 3])),
    (real(1, 2, 5, 5), dict(kernel=[3, 3], padding=[1, 1])),
    (real(1, 1, 6, 7), dict(kernel=[2, 3], stride=[2, 1], dilation=[1, 2])),
    (real(1, 2, 4, 4), dict(kernel=[2, 2], stride=[2, 2])),
    (real(1, 1, 3, 4), dict(kernel=[3, 4])),
    (real(1, 1, 4, 4), dict(kernel=[2, 2], stride=[3, 3])),
]

CASES = [
    *INTERPOLATIONS,
    case("pixel shuffle", real(2, 8, 2, 3), upscale_factor=2),
    case("pixel shuffle", real(9, 2, 1), upscale_factor=3),
    case("pixel unshuffle", real(2, 1, 4, 6), downscale_factor=2),
    case("pixel unshuffle", real(2, 3, 4, 6), downscale_factor=1),
    case("channel shuffle", real(2, 6, 2, 2), groups=3),
    case("channel shuffle", real(1, 4, 5), groups=4),
    *(case("unfold", x, label=" ".join(f"{k} {v}".replace(" ", "") for k, v in a.items() if k != "kernel"), **a) for x, a in WINDOWS),
    case("fold", real(2, 18, 9), output=[4, 5], kernel=[2, 3]),
    case("fold", real(1, 18, 25), output=[5, 5], kernel=[3, 3], padding=[1, 1]),
    case("fold", real(1, 6, 9), output=[6, 7], kernel=[2, 3], stride=[2, 1], dilation=[1, 2]),
    case("fold", real(1, 8, 4), output=[4, 4], kernel=[2, 2], stride=[2, 2]),
    case("upsample", real(1, 2, 3, 3), factor=2, mode="nearest"),
    case("upsample", real(1, 2, 3, 3), factor=2, mode="bilinear"),
    case("unflatten", real(2, 6, 3), dim=1, size=[2, 3]),
    case("identity", real(2, 3)),
    case("flatten", real(2, 3, 4)),
    case("flatten", real(2, 3, 4, 2), start_dim=0, end_dim=2),
    case("flatten", real(2, 3, 4), start_dim=-2, end_dim=-2),
    case("flatten", real(0, 3, 4)),
    case("ConstantPad1d", real(2, 3, 4), arguments=[[1, 2], 3.5]),
    case("ConstantPad2d", real(1, 2, 3, 4), arguments=[2, -1.0]),
    case("ConstantPad3d", real(1, 2, 3, 2, 2), arguments=[[1, 0, 0, 2, 1, 1], 0.5]),
    case("ZeroPad2d", real(2, 3, 4), arguments=[[1, 2, -1, 1]]),
    case("ZeroPad1d", real(2, 3, 4), arguments=[[2, -1]]),
    case("ZeroPad3d", real(1, 2, 3, 2, 2), arguments=[1]),
    case("CircularPad1d", real(2, 3, 4), arguments=[[3, 1]]),
    case("CircularPad2d", real(1, 2, 3, 4), arguments=[[0, 4, 3, 1]]),
    case("CircularPad3d", real(1, 1, 2, 3, 2), arguments=[1]),
    case("ReflectionPad1d", real(2, 3, 4), arguments=[3]),
    case("ReflectionPad2d", real(1, 2, 3, 4), arguments=[[3, 0, 1, 2]]),
    case("ReflectionPad3d", real(1, 1, 3, 2, 3), arguments=[1]),
    case("ReplicationPad1d", real(2, 3, 2), arguments=[[0, 4]]),
    case("ReplicationPad2d", real(1, 2, 3, 1), arguments=[2]),
    case("ReplicationPad3d", real(1, 1, 2, 2, 3), arguments=[[1, 2, 0, 1, 2, 0]]),
]
