using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Execution;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Device;
using GraphForge.Tracing;

namespace GraphForge.Saving;

/// <summary>A function that is being compiled for other processes.</summary>
/// <param name="Graph">What it computes; its name is the function's.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Ranges">What those must hold where they are read as indices.</param>
internal sealed record SavedFunction(ComputationGraph Graph, InputSignature Inputs, IReadOnlyList<IndexRange> Ranges)
{
    /// <summary>What inputs must hold where all extents are numbers.</summary>
    public IEnumerable<IndexCheck> Checks(IReadOnlyDictionary<DimSymbol, long> binding) =>
        Ranges.Select(range => new BoundRange(range, Inputs.Specs[Inputs.IndexOf(range.Elements.Input)].Shape, binding).Rule);

    /// <summary>How it is compiled for a kind of device.</summary>
    public CompilerOptions Settings(IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options, DeviceTarget device) =>
        CompiledBackend.Settings(Graph, binding, options) with { Device = GpuTarget.Of(device.Limits, options.TensorCores), Threads = 1, DumpFolder = null, Schedules = ScheduleRecords.Empty };

    /// <summary>How it is compiled for a width of vector registers, whatever this processor has.</summary>
    public CompilerOptions Settings(IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options, int vectorBits) =>
        CompiledBackend.Settings(Graph, binding, options) with { Target = new CpuTarget(vectorBits / 8), DumpFolder = null };
}
