using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// One spatial axis of an input gradient. Element h of the input stands at s·i + a = h + padLow; the window p = i − m has it at
/// position k = s·m + a, for the stride s and m = 0, …, ⌈K / s⌉ − 1. With a dilation d and a stride, the cotangent is spread by
/// the stride first and s is 1: then p = i − m·d and k = m.
/// </summary>
/// <param name="geometry">The convolution.</param>
/// <param name="kernel">Kernel extents.</param>
/// <param name="axis">Which axis.</param>
/// <param name="extent">Extent of the input.</param>
internal sealed class TransposedWindows(ConvolutionGeometry geometry, IReadOnlyList<long> kernel, int axis, long extent)
{
    private readonly string _window = $"p{axis}";
    private readonly string _position = $"k{axis}";
    private readonly string _residue = Residue(axis);
    private readonly long _size = kernel[axis];
    private readonly long _spread = geometry.Dilation[axis] > 1 ? geometry.Stride[axis] : 1;
    private readonly long _step = geometry.Dilation[axis] > 1 ? 1 : geometry.Stride[axis];
    private readonly long _low = geometry.PadLow[axis];

    /// <summary>Name of the axis that tells elements within a step apart.</summary>
    public static string Residue(int axis) => $"a{axis}";

    /// <summary>How many windows an element meets at most.</summary>
    private long Reach => (_size + _step - 1) / _step;

    /// <summary>Residues that meet any window.</summary>
    private long Residues => Math.Min(_step, _size);

    /// <summary>The first i.</summary>
    private long First => _low / _step;

    private long Dilation => geometry.Dilation[axis];

    private long Count => (_low % _step + extent + _step - 1) / _step;

    /// <summary>dy with zeros where windows reach beyond it, and without what lies in the padding of the input alone.</summary>
    public NamedAxes Padded(NamedAxes dy)
    {
        var spread = dy.Spread(_window, _spread);
        var low = (Reach - 1) * Dilation - First;
        return spread.Padded(_window, low, Count + (Reach - 1) * Dilation - low - spread.Extent(_window));
    }

    /// <summary>Windows of the padded dy: position t of window i is p = First + i − (Reach − 1 − t)·d.</summary>
    public NamedAxes Windows(NamedAxes dy) => Reach == 1 ? dy : dy.Windows(_window, _position, Reach, dilation: Dilation);

    /// <summary>w with position k = s·m + a as t = Reach − 1 − m and a.</summary>
    public NamedAxes Positions(NamedAxes w)
    {
        if (!w.Has(_position)) return w;
        if (Reach == 1) return new NamedAxes(w.Node, w.Names.Select(n => n == _position ? _residue : n).ToEquatable());
        if (_step == 1) return w.Flipped(_position);
        return w.Padded(_position, 0, Reach * _step - _size).Split(_position, _position, _residue, Reach).Flipped(_position);
    }

    /// <summary>The axis of the input from i and a.</summary>
    public NamedAxes Elements(NamedAxes dx)
    {
        if (_step == 1) return dx;
        var all = dx.Has(_residue) ? dx.Padded(_residue, 0, _step - Residues).Merged(_window, _residue, _window) : Spaced(dx);
        return all.Part(_window, _low % _step, extent);
    }

    /// <summary>The kernel has one position: only the first element of a step meets a window.</summary>
    private NamedAxes Spaced(NamedAxes dx) => dx.Spread(_window, _step).Padded(_window, 0, _step - 1);
}
