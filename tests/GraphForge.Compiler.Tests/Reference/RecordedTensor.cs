using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>A tensor that PyTorch was given or gave.</summary>
/// <param name="Type">Name of the element type.</param>
/// <param name="Dims">Extents.</param>
/// <param name="Values">Elements, row-major; for floats, as float32 holds them.</param>
/// <param name="Truth">Of a float result: the elements PyTorch computes in float64.</param>
/// <param name="Views">Of an operand: how the operation sees the stored tensor, each a name and integers.</param>
public sealed record RecordedTensor(string Type, long[] Dims, double[] Values, double[]? Truth, JsonElement[][]? Views)
{
    public TensorType TensorType => new(Enum.Parse<DType>(Type, ignoreCase: true), Shape.Of(Dims));

    public Literal ToLiteral()
    {
        var literal = new Literal(TensorType);
        for (var i = 0; i < Values.Length; i++) literal[i] = Scalar.Of(literal.Type.DType, Values[i]);
        return literal;
    }
}
