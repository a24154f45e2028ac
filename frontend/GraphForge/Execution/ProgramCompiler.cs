using GraphForge.Compiler.Graph;

namespace GraphForge.Execution;

/// <summary>The one place where a graph becomes something that runs.</summary>
internal static class ProgramCompiler
{
    /// <exception cref="GraphException">The graph is wrong, a symbol is unbound, or the plan exceeds the budget.</exception>
    public static BoundProgram Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options) =>
        options.Backend switch
        {
            Backend.Reference => new ReferenceProgram(Binding.Bind(graph, binding), states),
            _ => CompiledBackend.Compile(graph, binding, states, options),
        };

    /// <summary>Begins what the first compilation will wait for.</summary>
    public static void Prepare(CompileOptions options)
    {
        if (options.Backend == Backend.Compiled) CompiledBackend.Prepare(options);
    }
}
