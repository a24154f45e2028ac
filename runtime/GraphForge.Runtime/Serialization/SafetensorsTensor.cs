namespace GraphForge.Runtime.Serialization;

/// <summary>A tensor to be written, wherever its elements are.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Dims">Extents.</param>
/// <param name="Write">Writes the elements, row-major.</param>
internal sealed record SafetensorsTensor(string Name, DType Type, IReadOnlyList<long> Dims, Action<Stream> Write)
{
    public long Bytes { get; } = TensorLayout.Bytes(Type, Dims) ?? throw new ArgumentException($"'{Name}' has no size.", nameof(Dims));

    public static SafetensorsTensor Of(string name, StateBuffer state) =>
        new(name, state.Type, state.Dims, stream => stream.Write(state.AsBytes()));
}
