using System.Collections.Concurrent;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Jit;
using GraphForge.Runtime.Device;

namespace GraphForge.Execution;

/// <summary>Graph → plan and kernel text → a program on a device.</summary>
internal static class DeviceBackend
{
    private static readonly ConcurrentDictionary<KernelCacheOptions, DeviceGraphCompiler> Compilers = new();

    /// <exception cref="GraphException">The graph is wrong, or the plan exceeds the budget.</exception>
    /// <exception cref="DeviceException">The device has less memory than it said, or a kernel cannot be translated for it.</exception>
    public static BoundProgram Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options, ComputeDevice device)
    {
        var compiler = Compilers.GetOrAdd(options.KernelCache, cache => new DeviceGraphCompiler(cache));
        var source = compiler.Compile(graph, binding, CompiledBackend.Settings(graph, binding, options), device.KernelApi);
        var buffers = source.States.Select(slot => states[slot]).ToArray();
        return new LoadedProgram(new DeviceProgram(device, source.Plan, source.Code, buffers), source);
    }

    private sealed class LoadedProgram(DeviceProgram program, DeviceSource source) : BoundProgram
    {
        public override MemoryReport Memory => source.Memory;

        public override CompileReport Report => source.Report;

        public override IReadOnlyList<FusionDecision> Explain => source.Explain.Value;

        public override IReadOnlyList<string> StepNames { get; } = program.Plan.Steps.Select(program.Plan.NameOf).ToArray();

        public override int InputIndex(string name) => program.FindInput(name);

        public override int OutputIndex(string name) => program.FindOutput(name);

        public override RunLease Rent() => new(program.Rent());

        public override void Stage<T>(int index, ReadOnlySpan<T> values) => program.Stage(index, values);
    }
}
