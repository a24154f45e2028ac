using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Serialization;

/// <summary>Elements that a model or a training goes on changing.</summary>
internal sealed class BufferData(StateBuffer buffer) : TensorData(buffer.Type, Shape.Of([.. buffer.Dims]))
{
    internal override void CopyBytes(Span<byte> destination) => buffer.AsBytes().CopyTo(destination);
}
