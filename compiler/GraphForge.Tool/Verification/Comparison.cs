using System.Globalization;
using GraphForge.Compiler.Graph;

namespace GraphForge.Tool.Verification;

/// <summary>A tensor by kernels against the reference.</summary>
/// <param name="Name">Such as <c>output 'scores'</c>.</param>
/// <param name="Expected">By the reference.</param>
/// <param name="Actual">By kernels.</param>
/// <param name="Allowed">The tolerance.</param>
/// <param name="Largest">The largest difference, in the units of the tolerance.</param>
/// <param name="Wrong">Elements that lie further apart than is allowed.</param>
/// <param name="First">Position of the first of them; −1 if there is none.</param>
internal sealed record Comparison(string Name, Literal Expected, Literal Actual, double Allowed, double Largest, int Wrong, int First)
{
    public bool Holds => Wrong == 0;

    /// <summary>What is wrong and where.</summary>
    public string Problem => string.Create(CultureInfo.InvariantCulture,
        $"{Name} ({Expected.Type}): {Wrong} of {Expected.Count} elements differ, the first at [{string.Join(", ", Place())}]: kernels {Actual[First]}, reference {Expected[First]}; " +
        $"largest relative difference {Largest:0.##e+0}, allowed {Allowed:0.##e+0}");

    private IEnumerable<long> Place()
    {
        var (dims, rest) = (Expected.Type.Shape.Values, (long)First);
        var place = new long[dims.Length];
        for (var axis = dims.Length - 1; axis >= 0; axis--) (rest, place[axis]) = Math.DivRem(rest, dims[axis]);
        return place;
    }
}
