using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Values;

/// <summary>Tensors of any element type, into a run and out of it.</summary>
internal static class TensorElements
{
    /// <summary>Type of an input or output all of whose extents are known.</summary>
    /// <exception cref="CommandException">It has more elements than an array can hold.</exception>
    public static TensorType TypeOf(ArtifactTensor tensor)
    {
        var bytes = tensor.Dims.Aggregate((Int128)tensor.DType.Size(), (size, dim) => size * dim.Extent!.Value);
        return bytes <= Array.MaxLength
            ? new TensorType(tensor.DType, Shape.Of([.. tensor.Dims.Select(d => d.Extent!.Value)]))
            : throw new CommandException($"{tensor} has more than the {Array.MaxLength} bytes that can be given or shown.");
    }

    /// <summary>Gives a run an input.</summary>
    /// <exception cref="ArtifactException">It does not fit, or an index is out of range.</exception>
    public static void Set(this ArtifactRun run, string name, Literal values)
    {
        switch (values.Type.DType)
        {
            case DType.Bool: run.Set<bool>(name, values.AsSpan<bool>()); break;
            case DType.UInt8: run.Set<byte>(name, values.AsSpan<byte>()); break;
            case DType.Int32: run.Set<int>(name, values.AsSpan<int>()); break;
            case DType.Int64: run.Set<long>(name, values.AsSpan<long>()); break;
            case DType.Float16: run.Set<Half>(name, values.AsSpan<Half>()); break;
            case DType.BFloat16: run.Set<BFloat16>(name, values.AsSpan<BFloat16>()); break;
            case DType.Float32: run.Set<float>(name, values.AsSpan<float>()); break;
            default: run.Set<double>(name, values.AsSpan<double>()); break;
        }
    }

    /// <summary>An output, as the last run left it.</summary>
    public static Literal Get(this ArtifactRun run, ArtifactTensor output)
    {
        var values = new Literal(TypeOf(output));
        switch (output.DType)
        {
            case DType.Bool: run.Get(output.Name, values.AsSpan<bool>()); break;
            case DType.UInt8: run.Get(output.Name, values.AsSpan<byte>()); break;
            case DType.Int32: run.Get(output.Name, values.AsSpan<int>()); break;
            case DType.Int64: run.Get(output.Name, values.AsSpan<long>()); break;
            case DType.Float16: run.Get(output.Name, values.AsSpan<Half>()); break;
            case DType.BFloat16: run.Get(output.Name, values.AsSpan<BFloat16>()); break;
            case DType.Float32: run.Get(output.Name, values.AsSpan<float>()); break;
            default: run.Get(output.Name, values.AsSpan<double>()); break;
        }
        return values;
    }
}
