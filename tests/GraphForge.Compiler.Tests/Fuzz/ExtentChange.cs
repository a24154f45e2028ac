using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Puts one extent for another wherever it occurs: in the shapes of leaves, whose values are cut, and of ops.</summary>
internal static class ExtentChange
{
    /// <summary>The changed case; null where the ops do not fit together any more.</summary>
    public static FuzzCase? Apply(FuzzCase fuzz, long from, long to)
    {
        var inputs = fuzz.Inputs.ToDictionary(p => p.Key, p => Cut(p.Value, from, to));
        var slots = fuzz.States.Keys.ToDictionary(s => s, s => new StateSlot(s.Name, Change(s.Type, from, to)));
        try
        {
            var graph = Topology.Rebuild(fuzz.Graph, (node, operands) => Node.Of(Change(node.Op, slots, from, to), operands));
            var updates = graph.Updates.Select(u => u with { Slot = slots[u.Slot] }).ToEquatable();
            if (updates.Any(u => u.Value.Type != u.Slot.Type)) return null;
            var states = fuzz.States.ToDictionary(p => slots[p.Key], p => Cut(p.Value, from, to));
            return new FuzzCase(fuzz.Seed, graph with { Updates = updates }, inputs, states);
        }
        catch (GraphException)
        {
            return null;
        }
    }

    private static Op Change(Op op, Dictionary<StateSlot, StateSlot> slots, long from, long to) => op switch
    {
        Input input => input with { Type = Change(input.Type, from, to) },
        State state => new State(slots[state.Slot]),
        Constant constant => new Constant(Cut(constant.Value, from, to)),
        Reshape reshape => new Reshape(Change(reshape.Shape, from, to)),
        Expand expand => new Expand(Change(expand.Shape, from, to)),
        Slice slice => slice with { Lengths = Change(new Shape(slice.Lengths), from, to).Dims },
        Iota iota => iota with { Length = Change([iota.Length], from, to)[0] },
        RandomUniform uniform => uniform with { Shape = Change(uniform.Shape, from, to) },
        ScatterAdd scatter => scatter with { Length = Change([scatter.Length], from, to)[0] },
        ScatterElements scatter => scatter with { Length = Change([scatter.Length], from, to)[0] },
        WindowSpread spread => spread with { InputShape = Change(spread.InputShape, from, to) },
        WindowScatter scatter => scatter with { InputShape = Change(scatter.InputShape, from, to) },
        ConvolutionInputGradient gradient => gradient with { InputShape = Change(gradient.InputShape, from, to) },
        ConvolutionWeightGradient gradient => gradient with { WeightShape = Change(gradient.WeightShape, from, to) },
        _ => op,
    };

    private static Shape Change(Shape shape, long from, long to) => Shape.Of(shape.Select(d => d.Is(from) ? to : d));

    private static TensorType Change(TensorType type, long from, long to) => type with { Shape = Change(type.Shape, from, to) };

    /// <summary>The elements that are left when extents shrink; every element's index stays its own.</summary>
    private static Literal Cut(Literal literal, long from, long to)
    {
        var result = new Literal(Change(literal.Type, from, to));
        var (extents, old) = (result.Type.Shape.Values, literal.Type.Shape.Values);
        for (var i = 0; i < result.Count; i++)
            result[i] = literal[Loops.RowMajor.Linear(Loops.RowMajor.Unravel(i, extents), old)];
        return result;
    }
}
