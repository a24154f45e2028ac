using System.Reflection;

namespace GraphForge.Runtime.Embedded;

/// <summary>
/// Weights and large constants of a model that was compiled into an assembly: a safetensors file among its resources. Where
/// each tensor begins is written in the generated code, so that nothing is parsed when a program starts.
/// </summary>
public sealed unsafe class EmbeddedData
{
    private readonly string _resource;
    private readonly byte* _bytes;
    private readonly long _length;

    /// <param name="assembly">Whose resource it is.</param>
    /// <param name="resource">Name of the resource.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <exception cref="InvalidOperationException">The resource is missing, or is not what the code was generated with.</exception>
    public EmbeddedData(Assembly assembly, string resource, long length)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        (_resource, _length) = (resource, length);
        // An assembly is never unloaded while its code runs, and its resources stay where they are mapped.
        if (assembly.GetManifestResourceStream(resource) is not UnmanagedMemoryStream stream)
            throw new InvalidOperationException($"The resource '{resource}' is not in {assembly.GetName().Name}: build the project anew.");
        if (stream.Length != length)
            throw new InvalidOperationException($"The resource '{resource}' has {stream.Length} bytes where {length} were written with the code: build the project anew.");
        _bytes = stream.PositionPointer;
    }

    /// <summary>A state with the values that are stored.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Element type.</param>
    /// <param name="dims">Extents.</param>
    /// <param name="offset">Where its bytes begin.</param>
    public StateBuffer State(string name, DType type, long[] dims, long offset)
    {
        var state = new StateBuffer(name, type, dims);
        state.CopyFromBytes(At(offset, TensorLayout.SpanLength(name, state.Bytes)));
        return state;
    }

    /// <summary>The bytes of a constant.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="length">How many there are.</param>
    public byte[] Constant(long offset, int length) => At(offset, length).ToArray();

    private ReadOnlySpan<byte> At(long offset, int length) => offset >= 0 && offset <= _length - length
        ? new ReadOnlySpan<byte>(_bytes + offset, length)
        : throw new InvalidOperationException($"The resource '{_resource}' ends before byte {offset + length}: build the project anew.");
}
