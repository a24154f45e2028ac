using GraphForge.Compiler.Graph;

namespace GraphForge.Tests.Layers;

/// <summary>A layer and something it computes, whose derivatives agree with differences.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Layer">Its parameters, if any, are of float64.</param>
/// <param name="Forward">What is differentiated.</param>
/// <param name="Inputs">Shapes of what it is given, in float64.</param>
public sealed record LayerSample(string Name, Module Layer, Func<Tensor[], Tensor> Forward, params Shape[] Inputs)
{
    /// <summary>A layer of one tensor.</summary>
    public LayerSample(Module layer, params long[] input)
        : this($"{layer.GetType().Name} [{string.Join(", ", input)}]", layer, x => layer.Forward(x[0]), Shape.Of(input)) { }

    public override string ToString() => Name;
}
