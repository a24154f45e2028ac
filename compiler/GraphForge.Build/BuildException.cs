using GraphForge.Compiler.Graph;

namespace GraphForge.Build;

/// <summary>A mistake in how a model is marked, at the line where it is.</summary>
internal sealed class BuildException(BuildError code, string problem, SourceLocation where) : Exception(problem)
{
    public BuildError Code { get; } = code;

    public SourceLocation Where { get; } = where;
}
