using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device.Double;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Golden;

/// <summary>What the compiler makes of the same graphs for a GPU, to the byte; each kept kernel is run on the test double of one.</summary>
public class GoldenDeviceKernelTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static readonly CompilerOptions Options = new() { Device = GpuTarget.Common, Threads = 1 };

    /// <summary>So few multiprocessors that a small contraction has large tiles, and a thread more than one element.</summary>
    private static readonly CompilerOptions OneMultiprocessor = Options with { Device = GpuTarget.Common with { Multiprocessors = 1 } };

    /// <summary>Of a device whose warps exchange registers.</summary>
    private static readonly CompilerOptions Exchanging = Options with { Device = GpuTarget.Common with { HasShuffles = true } };

    private static readonly CompilerOptions WithTensorCores = Options with { Device = GpuTarget.Common with { TensorCores = TensorCoreUse.Halves } };

    private static IEnumerable<GoldenGraph> Graphs =>
    [
        .. GoldenGraphs.All,
        new("sort", () => [("y", Input("g_x", 3, 21).ArgSort(1))]),
        new("wide", () => [("y", (Input("g_x", 6, 64) * Input("g_scale", 6, 1) + Input("g_shift", 64)).Tanh())]),
        new("position", () => [("y", Input("g_x", 5, 70).ArgMax(1))]),
        new("exchanged_softmax", () => [("y", Input("g_x", 3, 10).Softmax(1))]),
        new("exchanged_warps", () => [("y", Input("g_x", 2, 500).Max(1)), ("z", Input("g_x", 2, 500).ArgMin(1))]),
        new("exchanged_attention", () => [("y", AttentionSamples.Attend(Input("g_q", 20, 6), Input("g_k", 70, 6), Input("g_v", 70, 5), s => AttentionSamples.Causal(s * 2)))]),
        new("attention_gradient", () => [("g", Gradients.Of(AttentionSamples.Attend(Input("g_q", 20, 6), Input("g_k", 24, 6), Input("g_v", 24, 5)).Square().Sum(), [Input("g_k", 24, 6)])[0])]),
        new("long_columns", () => [("y", Input("g_x", 700, 5).Sum([0])), ("z", Input("g_x", 700, 5).Max(0))]),
        new("tensor_contraction", () => [("y", (Nodes.MatMul(Nodes.Input("g_x", DType.BFloat16, Shape.Of(20, 24)), Nodes.Input("g_w", DType.BFloat16, Shape.Of(24, 16))) + Nodes.Input("g_b", DType.BFloat16, Shape.Of(16))).Relu())]),
        new("blocked_contraction", () => [("y", (Nodes.MatMul(Input("g_x", 120, 40), Input("g_w", 40, 136)) + Input("g_b", 136)).Relu())]),
    ];

    [TestCaseSource(nameof(Graphs))]
    public void Compiles_to_the_kept_text(GoldenGraph golden)
    {
        var source = Compile(golden);
        Assert.Multiple(() =>
        {
            GoldenFile.AssertEqual($"{golden.Name}.device.loops.txt", string.Join('\n', source.Kernels.Select(LoopPrinter.Print)));
            GoldenFile.AssertEqual($"{golden.Name}.device.golden.cs.txt", WithoutPrelude(source.KernelText));
        });
    }

    [TestCaseSource(nameof(Graphs))]
    public void Agrees_with_reference(GoldenGraph golden)
    {
        var graph = golden.Graph();
        var values = golden.Values(graph);
        var source = Compile(golden);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates);
        var actual = DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], OptionsOf(golden).Device!, values, NoStates);
        foreach (var (name, value) in expected.Outputs)
            Closeness.AssertClose(actual.Outputs[name], value, Closeness.Tolerance(value.Type.DType.IsHalf() ? value.Type.DType : DType.Float32), $"{golden.Name} {name}");
    }

    private static CompiledSource Compile(GoldenGraph golden) => Pipeline.Compile(golden.Graph(), new Dictionary<DimSymbol, long>(), OptionsOf(golden));

    private static CompilerOptions OptionsOf(GoldenGraph golden) => golden.Name switch
    {
        "blocked_contraction" or "wide" => OneMultiprocessor,
        "tensor_contraction" => WithTensorCores,
        _ when golden.Name.StartsWith("exchanged_", StringComparison.Ordinal) => Exchanging,
        _ => Options,
    };

    private static Node Input(string label, params long[] dims) => Nodes.Input(label, DType.Float32, Shape.Of(dims));

    /// <summary>The functions kernels call have tests of their own.</summary>
    private static string WithoutPrelude(string text) => text[..(text.IndexOf("\n}\n", StringComparison.Ordinal) + "\n}\n".Length)];
}
