using System.Security.Cryptography;
using GraphForge.Compiler.Graph.Format;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// A hash of everything about a graph that a compiler can see: structure, attributes, constants, names, and the user's lines.
/// Equal in every process for graphs that were traced alike; different, as far as SHA-256 goes, for any others.
/// </summary>
public static class GraphFingerprint
{
    /// <summary>32 bytes.</summary>
    public static byte[] Of(ComputationGraph graph) => SHA256.HashData(new GraphWriter(wholePaths: true).Write(new GraphDocument(graph, [])));
}
