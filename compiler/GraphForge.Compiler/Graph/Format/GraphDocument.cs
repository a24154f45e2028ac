namespace GraphForge.Compiler.Graph.Format;

/// <summary>A graph as it is kept: all that compiling it again takes.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Demands">What it asks of its inputs.</param>
public sealed record GraphDocument(ComputationGraph Graph, EquatableArray<InputDemand> Demands)
{
    /// <summary>The document as bytes, the same for the same graph in every process. Of the user's files they have the names, not the folders.</summary>
    public byte[] ToBytes() => new GraphWriter(wholePaths: false).Write(this);

    /// <summary>Reads what <see cref="ToBytes"/> wrote. Ops check their attributes and operands as those of a graph being built do.</summary>
    /// <param name="bytes">The document; all of it.</param>
    /// <param name="owner">Whose inputs those of the graph are; see <see cref="Ops.Input"/>.</param>
    /// <exception cref="InvalidGraphException">The bytes are no graph.</exception>
    public static GraphDocument Of(byte[] bytes, object? owner) => GraphReader.Read(bytes, owner);
}
