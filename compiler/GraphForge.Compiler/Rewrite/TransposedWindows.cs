using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// One spatial axis of an input gradient. Element h of the input stands at s·i + a = h + r, for the stride s; the window p = First + i − m
/// has it at position k = s·m + a − z, for m = 0, …, ⌈(K + z) / s⌉ − 1 where there is such a position. With r = padLow mod s there is
/// none before the first, z = 0; with r = 0 there is no i for elements that do not exist, z = −padLow mod s. With a dilation d and a
/// stride, the cotangent is spread by the stride first and s is 1: then p = First + i − m·d and k = m.
/// </summary>
/// <param name="geometry">The convolution.</param>
/// <param name="kernel">Kernel extents.</param>
/// <param name="axis">Which axis.</param>
/// <param name="extent">Extent of the input.</param>
/// <param name="isSkipping">Whether positions that do not exist cost nothing.</param>
internal sealed class TransposedWindows(ConvolutionGeometry geometry, IReadOnlyList<long> kernel, int axis, long extent, bool isSkipping)
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

    /// <summary>Elements before the first, r.</summary>
    private long Before => HasExactCount ? 0 : _low % _step;

    /// <summary>Positions before the first, z.</summary>
    private long Missing => HasExactCount ? MissingAtMost : 0;

    private long MissingAtMost => (_step - _low % _step) % _step;

    private bool HasExactCount => _size >= _step && (isSkipping || Runs(_size + MissingAtMost) == Runs(_size));

    private long Runs(long positions) => (positions + _step - 1) / _step;

    /// <summary>How many windows an element meets at most, those included at which it has no position.</summary>
    private long Reach => Runs(_size + Missing);

    /// <summary>Residues that meet any window.</summary>
    private long Residues => Math.Min(_step, _size);

    private long First => (_low + Missing) / _step;

    private long Dilation => geometry.Dilation[axis];

    private long Count => Runs(Before + extent);

    /// <summary>dy with zeros where windows reach beyond it, and without what lies in the padding of the input alone.</summary>
    public NamedAxes Padded(NamedAxes dy)
    {
        var spread = dy.Spread(_window, _spread);
        var low = (Reach - 1) * Dilation - First;
        return spread.Padded(_window, low, Count + (Reach - 1) * Dilation - low - spread.Extent(_window));
    }

    /// <summary>Windows of the padded dy: position t of window i is p = First + i − (Reach − 1 − t)·d.</summary>
    public NamedAxes Windows(NamedAxes dy) => Reach == 1 ? dy : dy.Windows(_window, _position, Reach, dilation: Dilation);

    /// <summary>w with position k = s·m + a − z as t = Reach − 1 − m and a.</summary>
    public NamedAxes Positions(NamedAxes w)
    {
        if (!w.Has(_position)) return w;
        if (Reach == 1) return new NamedAxes(w.Node, w.Names.Select(n => n == _position ? _residue : n).ToEquatable());
        if (_step == 1) return w.Flipped(_position);
        return w.Padded(_position, Missing, Reach * _step - _size - Missing).Split(_position, _position, _residue, Reach).Flipped(_position);
    }

    /// <summary>The axis of the input from i and a.</summary>
    public NamedAxes Elements(NamedAxes dx)
    {
        if (_step == 1) return dx;
        var all = dx.Has(_residue) ? dx.Padded(_residue, 0, _step - Residues).Merged(_window, _residue, _window) : Spaced(dx);
        return all.Part(_window, Before, extent);
    }

    /// <summary>The kernel has one position: only the first element of a step meets a window.</summary>
    private NamedAxes Spaced(NamedAxes dx) => dx.Spread(_window, _step).Padded(_window, 0, _step - 1);
}
