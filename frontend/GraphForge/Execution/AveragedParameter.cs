using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>A parameter with its running mean, which can take the parameter's place for a while.</summary>
/// <param name="parameter">The parameter.</param>
/// <param name="average">Its mean, of the type the optimizer computes in.</param>
internal sealed class AveragedParameter(Parameter parameter, StateBuffer average)
{
    private StateBuffer? _trained;

    /// <summary>Puts the mean in the parameter's place.</summary>
    public void Enter()
    {
        _trained ??= new StateBuffer(parameter.Name, parameter.DType, parameter.Shape.Values);
        Copy(parameter.Storage, _trained);
        if (parameter.DType == average.Type) Copy(average, parameter.Storage);
        else parameter.Storage.Set(average.AsSpan<float>());
    }

    /// <summary>Gives the parameter the value that training left it with.</summary>
    public void Leave() => Copy(_trained!, parameter.Storage);

    /// <summary>Copies all elements, rounded where the destination has fewer bits.</summary>
    private static void Copy(StateBuffer source, StateBuffer destination)
    {
        var bytes = source.AsBytes();
        if (source.Type != destination.Type) bytes = Rounded(source, destination.Type);
        destination.CopyFromBytes(bytes);
    }

    private static byte[] Rounded(StateBuffer source, DType type)
    {
        var shape = Shape.Of([.. source.Dims]);
        var (exact, rounded) = (Literal.Of(new TensorType(source.Type, shape), source.AsBytes()), new Literal(new TensorType(type, shape)));
        for (var i = 0; i < exact.Count; i++) rounded[i] = exact[i];
        return rounded.Bytes.ToArray();
    }
}
