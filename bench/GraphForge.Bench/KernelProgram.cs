using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>A function of some inputs as a program of its own, whose inputs and output are read and written where they lie.</summary>
public static class KernelProgram
{
    public const string Output = "output";

    public static CompiledProgram Compile(string name, Node output, int threads)
    {
        var graph = new ComputationGraph(name, [new NamedOutput(Output, output)], []);
        var options = new CompilerOptions { Threads = threads, DumpFolder = Environment.GetEnvironmentVariable("GF_DUMP") };
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options);
        var library = KernelCompiler.Default.Load(source.KernelText, source.Plan.KernelNames);
        return new CompiledProgram(source.Plan, library.Entries, [], threads, library);
    }

    /// <summary>Fills every float32 input with numbers in [-0.5, 0.5).</summary>
    public static void Fill(RunContext context)
    {
        for (var input = 0; input < context.Program.Inputs.Count; input++)
        {
            var values = context.InputSpan<float>(input);
            for (var i = 0; i < values.Length; i++) values[i] = Threefry.Uniform(1, input, i) - 0.5f;
        }
    }
}
