using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Inputs, constants and states with values that leave rounding little to do: multiples of 1/8 between -2 and 2.</summary>
internal sealed class RandomLeaves(Random random)
{
    public Dictionary<string, Literal> Inputs { get; } = [];

    public Dictionary<StateSlot, Literal> States { get; } = [];

    public Node Make(DType type, Shape shape) => random.Next(10) switch
    {
        < 6 => Input(type, shape),
        < 9 => State(type, shape),
        _ => Nodes.Constant(Values(type, shape)),
    };

    public Node Input(DType type, Shape shape)
    {
        var label = $"x{Inputs.Count}";
        Inputs[label] = Values(type, shape);
        return Nodes.Input(label, type, shape);
    }

    public Node State(DType type, Shape shape)
    {
        var slot = new StateSlot($"s{States.Count}", new TensorType(type, shape));
        States[slot] = Values(type, shape);
        return Nodes.State(slot);
    }

    public Shape SmallShape(int minimumRank = 0, int maximumRank = 4)
    {
        long[] extents = [1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 33];
        while (true)
        {
            var dims = new Dim[random.Next(minimumRank, maximumRank + 1)];
            for (var i = 0; i < dims.Length; i++) dims[i] = random.Next(60) == 0 ? 0 : extents[random.Next(extents.Length)];
            if (Shape.Create(dims).Size.Value <= 2000) return Shape.Create(dims);
        }
    }

    /// <summary>Enough elements for several tasks of elementwise work.</summary>
    public Shape LargeShape() => random.Next(5) switch
    {
        0 => [random.Next(5000, 20000)],
        1 => [random.Next(2, 9), random.Next(1000, 3000)],
        2 => [random.Next(300, 900), random.Next(9, 40)],
        3 => [random.Next(3, 6), random.Next(20, 40), random.Next(60, 100)],
        _ => [random.Next(3000, 6000), random.Next(1, 4)],
    };

    private Literal Values(DType type, Shape shape)
    {
        var literal = new Literal(new TensorType(type, shape));
        for (var i = 0; i < literal.Count; i++)
            literal[i] = type switch
            {
                DType.Float32 or DType.Float64 => Scalar.Of(type, random.Next(-16, 17) / 8.0),
                DType.UInt8 => Scalar.Of(type, (long)random.Next(10)),
                DType.Bool => Scalar.Of(random.Next(2) == 0),
                _ => Scalar.Of(type, (long)random.Next(-9, 10)),
            };
        return literal;
    }
}
