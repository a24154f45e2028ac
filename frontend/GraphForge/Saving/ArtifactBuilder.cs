using System.Text;
using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Graph.Format;
using GraphForge.Execution;
using GraphForge.Jit;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Device;
using GraphForge.Tracing;

namespace GraphForge.Saving;

/// <summary>Compiles functions for every binding and every width of vector registers, and writes them down with their states.</summary>
internal sealed class ArtifactBuilder
{
    private readonly SaveOptions _save;
    private readonly CompileOptions _options;
    private readonly IReadOnlyList<SavedState> _states;
    private readonly Dictionary<StateSlot, int> _positions;
    private readonly List<ArtifactFunction> _functions = [];
    private readonly List<ArtifactPart> _graphs = [];
    private readonly List<ArtifactPart> _programs = [];
    private readonly CancellationToken _cancellation;

    /// <summary>Told of every program before it is compiled.</summary>
    public IProgress<SaveProgress>? Progress { get; init; }

    /// <param name="states">All that functions read or write.</param>
    /// <param name="save">What is wanted.</param>
    /// <param name="options">How to compile.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public ArtifactBuilder(IReadOnlyList<SavedState> states, SaveOptions save, CompileOptions options, CancellationToken cancellation)
    {
        (_states, _save, _options, _cancellation) = (states, save, options with { Device = null }, cancellation);
        _positions = states.Index().SelectMany(s => s.Item.Slots, (s, slot) => (slot, s.Index)).ToDictionary();
    }

    /// <summary>Compiles a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="bindings">The extents to compile it for, in the order of its symbols.</param>
    /// <exception cref="GraphException">The graph, a binding or the memory budget does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Add(SavedFunction function, IReadOnlyList<long[]> bindings)
    {
        var graph = function.Graph;
        var entry = new ArtifactPart($"graphs/{graph.Name}.graph", ArtifactContent.Of(
            new GraphDocument(graph, function.Ranges.Select(ToDemand).ToEquatable()).ToBytes()), Compress: true);
        _graphs.Add(entry);
        _functions.Add(new ArtifactFunction(graph.Name, entry.Name, graph.Updates.Count > 0, [.. graph.States.Select(s => _positions[s])],
            [.. function.Inputs.Specs.Select(ToTensor)],
            [.. graph.Outputs.Select(o => ToTensor(new TensorSpec(o.Name, o.Value.Type.DType, o.Value.Shape)))],
            [.. bindings.Select((extents, number) => Bind(function, extents, $"programs/{graph.Name}/{number}"))]));
    }

    /// <summary>Writes what was added, whole or not at all.</summary>
    /// <exception cref="ArtifactException">The file would become too large.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Write(string path, ArtifactKind kind, IReadOnlyList<DimSymbol> symbols)
    {
        var manifest = new ArtifactManifest(kind, _save.Name, _save.Metadata,
            [.. symbols.Select(s => new ArtifactSymbol(s.Name, s.Minimum, s.Maximum))], [.. _states.Select(s => s.Description)], _functions, []);
        var weights = ArtifactWriter.Weights(_states.Select(s => (s.Description, s.Buffer)));
        ArtifactWriter.Write(path, manifest, [.. _graphs, .. _programs, weights], _cancellation);
    }

    private ArtifactBinding Bind(SavedFunction function, long[] extents, string folder)
    {
        var binding = function.Inputs.Binding(extents);
        var known = binding.ToDictionary(b => b.Key.Name, b => b.Value);
        return new ArtifactBinding(known, [.. function.Checks(binding)], [.. _save.VectorBits.Select(bits =>
        {
            Progress?.Report(new SaveProgress(function.Graph.Name, known, bits));
            return Compile(function, binding, bits, $"{folder}/v{bits}");
        })])
        {
            DeviceVariants = [.. _save.Devices.Select(device =>
            {
                Progress?.Report(new SaveProgress(function.Graph.Name, known, VectorBits: 0) { Device = device.Name });
                return Compile(function, binding, device, $"{folder}/{device.Name}");
            })],
        };
    }

    private KernelVariant Compile(SavedFunction function, Dictionary<DimSymbol, long> binding, int bits, string folder)
    {
        var options = function.Settings(binding, _options, bits);
        var (source, assembly) = AheadOfTime.Compile(function.Graph, binding, options, _cancellation);
        var (plan, code, text) = Parts(folder, source, assembly);
        return new KernelVariant(bits, VectorSupport.Required(bits), plan, code, text,
            [.. source.States.Select(slot => _positions[slot])], [.. source.Kernels.Select(k => k.Arguments.Count)]);
    }

    private DeviceVariant Compile(SavedFunction function, Dictionary<DimSymbol, long> binding, DeviceTarget device, string folder)
    {
        var source = Pipeline.Compile(function.Graph, binding, function.Settings(binding, _options, device), _cancellation);
        var assembly = DeviceKernelCompiler.Compile(source.KernelText, device.KernelApi, _cancellation);
        var names = source.Plan.KernelNames;
        string[] texts = [.. device.Translate(assembly, names).Select((text, i) => Part($"{folder}/{names[i]}.txt", Encoding.UTF8.GetBytes(text)))];
        var (plan, code, kernels) = Parts(folder, source, assembly);
        var limits = device.Limits with { HasTensorCores = device.Limits.HasTensorCores && _options.TensorCores != TensorCoreUse.None };
        return new DeviceVariant(device.Name, limits, [.. source.Kernels.Select(k => k.Threads)], texts, plan, code, kernels,
            [.. source.States.Select(slot => _positions[slot])], [.. source.Kernels.Select(k => k.Arguments.Count)]);
    }

    private (string Plan, string Code, string Source) Parts(string folder, CompiledSource source, byte[] assembly) => (
        Part($"{folder}/plan.bin", PlanBytes(source.Plan)), Part($"{folder}/kernels.dll", assembly), Part($"{folder}/kernels.cs", Encoding.UTF8.GetBytes(source.KernelText)));

    private string Part(string name, byte[] bytes)
    {
        _programs.Add(new ArtifactPart(name, ArtifactContent.Of(bytes), Compress: true));
        return name;
    }

    private static byte[] PlanBytes(ExecutionPlan plan)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        PlanFormat.Write(writer, plan);
        writer.Flush();
        return stream.ToArray();
    }

    private static InputDemand ToDemand(IndexRange range) =>
        new(range.Elements.Input, range.Elements.Part, range.Count, range.Ignored, range.Demand, range.Site);

    private static ArtifactTensor ToTensor(TensorSpec spec) =>
        new(spec.Name, spec.DType, [.. spec.Shape.Select(d => d.IsBound ? d.Value : new ArtifactDim(null, d.ToString()))]);
}
