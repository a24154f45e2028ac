using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Memory;

/// <summary>A tensor and the bytes it is given.</summary>
/// <param name="Name">Name for people, not unique.</param>
/// <param name="Role">What it is to the program.</param>
/// <param name="Bytes">Size, without what alignment adds.</param>
/// <param name="Offset">First byte in the arena.</param>
/// <param name="FirstStep">The step that writes it, by its position in <see cref="MemoryReport.Timeline"/>; 0 for inputs.</param>
/// <param name="LastStep">The last step that reads it; the program's last for outputs.</param>
/// <param name="Source">The user's line that made it.</param>
public readonly record struct PlannedTensor(
    string Name, TensorRole Role, long Bytes, long Offset, int FirstStep, int LastStep, SourceLocation Source)
{
    /// <summary>Element type; null where several tensors are placed as one.</summary>
    public DType? Type { get; init; }

    /// <summary>Extents; empty for a scalar, and where several tensors are placed as one.</summary>
    public IReadOnlyList<long> Dims { get; init; } = [];

    /// <summary>Position in <see cref="MemoryReport.Tensors"/> of the tensor whose bytes this one takes over in place; null where they are its own.</summary>
    public int? InPlaceOf { get; init; }

    /// <summary>Element type and extents, such as <c>float32[8, 128]</c>; empty where several tensors are placed as one.</summary>
    public string Shape => Type is { } type ? $"{type.ToString().ToLowerInvariant()}[{string.Join(", ", Dims)}]" : "";

    internal bool LivesAt(int step) => FirstStep <= step && step <= LastStep;
}
