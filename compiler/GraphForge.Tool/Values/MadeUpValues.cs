using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Values;

/// <summary>Inputs that nobody gave: zeros, or random values that depend on a seed and the input's position alone.</summary>
/// <param name="seed">Null for zeros.</param>
internal sealed class MadeUpValues(int? seed)
{
    /// <summary>
    /// Random floats lie in [−1, 1), bools are true half of the time, integers are 0 or 1, or where they are read as indices of a table any
    /// of them.
    /// </summary>
    /// <param name="program">Whose input it is.</param>
    /// <param name="index">Position of the input.</param>
    public Literal Of(ArtifactProgram program, int index)
    {
        var input = program.Inputs[index];
        var values = new Literal(TensorElements.TypeOf(input));
        if (seed is null) return values;
        var random = new Random(unchecked(seed.Value * 31 + index));
        var choices = program.Binding.Checks.Where(c => c.Input == input.Name).Select(c => c.Count).DefaultIfEmpty(2).Min();
        for (var i = 0; i < values.Count; i++)
            values[i] = input.DType.IsFloat()
                ? Scalar.Of(input.DType, random.NextDouble() * 2 - 1)
                : Scalar.Of(input.DType, random.NextInt64(Math.Max(1, choices)));
        return values;
    }
}
