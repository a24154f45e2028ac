using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Padding.</content>
public static partial class Functional
{
    /// <summary>Elements put before and after axes; a negative number cuts as many off.</summary>
    /// <param name="input">Any tensor.</param>
    /// <param name="pad">Numbers of elements from the last axis backwards: before the last, after the last, before the one before, …</param>
    /// <param name="mode">What the elements are; any axis can have any mode.</param>
    /// <param name="value">The elements of <see cref="PadMode.Constant"/>.</param>
    /// <exception cref="GraphException">Too many numbers, or more elements than the mode can take from the tensor.</exception>
    public static Tensor Pad(Tensor input, IReadOnlyList<int> pad, PadMode mode = PadMode.Constant, double value = 0)
    {
        if (pad.Count % 2 != 0 || pad.Count / 2 > input.Rank)
            throw new GraphException(ErrorCode.BadAttribute,
                $"pad takes two numbers for each of up to {input.Rank} axes of {input.Node.Type}, the last axis first, " +
                $"got [{string.Join(", ", pad)}].");
        if (mode != PadMode.Constant && value != 0)
            throw new GraphException(ErrorCode.BadAttribute, $"pad takes a value in mode {PadMode.Constant} only, got {value} in mode {mode}.");
        var result = input;
        for (var i = 0; i < pad.Count / 2; i++) result = PadAxis(result, input.Rank - 1 - i, pad[2 * i], pad[2 * i + 1], mode, value);
        return result;
    }

    private static Tensor PadAxis(Tensor input, int axis, int low, int high, PadMode mode, double value)
    {
        var extent = input.Shape[axis];
        if (extent.IsBound && extent.Value + low + high < 0)
            throw new GraphException(ErrorCode.BadAttribute,
                $"pad of {input.Node.Type} cannot cut {-low} and {-high} elements off axis {axis}, which has {extent}.");
        var (left, right) = (Math.Max(0, low), Math.Max(0, high));
        // As PyTorch does it: what is left after the cut goes round; other padding is taken from the tensor before the cut.
        if (mode == PadMode.Circular && (low < 0 || high < 0))
            return PadAxis(Cut(input, axis, low, high), axis, left, right, mode, value);
        CheckSource(input, axis, Math.Max(left, right), mode);
        var padded = left == 0 && right == 0 ? input : mode switch
        {
            PadMode.Constant => new Tensor(input.Node.Pad(axis, left, right, value)),
            PadMode.Reflect => Join(axis, input.Narrow(axis, 1, left).Flip(axis), input, input.Narrow(axis, extent - 1 - right, right).Flip(axis)),
            PadMode.Circular => Join(axis, input.Narrow(axis, extent - left, left), input, input.Narrow(axis, 0, right)),
            _ => Join(axis, Edge(input, axis, 0, left), input, Edge(input, axis, extent - 1, right)),
        };
        return Cut(padded, axis, low, high);
    }

    /// <summary>Cuts off what the negative ones of two numbers say.</summary>
    private static Tensor Cut(Tensor input, int axis, int low, int high) =>
        input.Narrow(axis, Math.Max(0, -low), input.Shape[axis] + Math.Min(0, low) + Math.Min(0, high));

    private static Tensor Edge(Tensor input, int axis, Dim position, int count) =>
        new(input.Narrow(axis, position, 1).Node.ExpandTo(input.Shape.With(axis, count)));

    private static Tensor Join(int axis, params IEnumerable<Tensor> parts) => Tensor.Cat([.. parts.Where(p => !p.Shape[axis].Is(0))], axis);

    private static void CheckSource(Tensor input, int axis, int most, PadMode mode)
    {
        var extent = input.Shape[axis];
        if (mode == PadMode.Constant || most == 0 || !extent.IsBound) return;
        var available = mode switch
        {
            PadMode.Reflect => extent.Value - 1,
            PadMode.Circular => extent.Value,
            _ => extent.Value > 0 ? int.MaxValue : 0,
        };
        if (most > available)
            throw new GraphException(ErrorCode.BadAttribute,
                $"pad of {input.Node.Type} in mode {mode} can take at most {Math.Max(0, available)} elements on each side of axis {axis}, " +
                $"got {most}.");
    }
}
