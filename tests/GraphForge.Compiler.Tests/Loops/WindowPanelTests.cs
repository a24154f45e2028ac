using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Convolutions as they are written, with no copy of an image between: what is packed of it, and how.</summary>
[Parallelizable(ParallelScope.Children)]
public class WindowPanelTests
{
    private const long Images = 2, Channels = 18, Results = 5, Height = 3, Width = 21;

    [Test]
    public void Every_blocking_computes_a_convolution(
        [Values] bool isGradient, [Values] bool isChannelsLast, [Values("1 1 1", "1 2 3", "1 1 0")] string windows, [Values(64, 32)] int vectorBytes)
    {
        var graph = Graph(isGradient, isChannelsLast, windows);

        EveryBlocking.AssertComputes(graph, new CpuTarget(vectorBytes), $"{graph.Name} {windows}");
    }

    [Test]
    public void Every_blocking_computes_windows_two_columns_apart([Values] bool isChannelsLast) =>
        EveryBlocking.AssertComputes(Graph(isGradient: false, isChannelsLast, "2 1 1"), new CpuTarget(64), "windows two columns apart");

    /// <summary>With so much to sum that it is cut into stretches, along the axis that is turned.</summary>
    [TestCase(DType.Float32, 64)]
    [TestCase(DType.Float32, 32)]
    [TestCase(DType.Float64, 64)]
    public void Every_blocking_computes_stretches_of_turned_blocks(DType type, int vectorBytes)
    {
        var (x, y) = (Nodes.Input("x", type, Compiler.Graph.Shape.Of(20, 100, 9)), Nodes.Input("y", type, Compiler.Graph.Shape.Of(19, 9, 100)));
        EveryBlocking.AssertComputes(Single(Nodes.Einsum("mkl,nlk->mn", x, y)), new CpuTarget(vectorBytes), "product");
        var image = Nodes.Input("x", type, Compiler.Graph.Shape.Of(1, 2, 21, 100)).Permute(0, 3, 1, 2);
        var windows = Node.Of(new Convolution(ConvolutionGeometry.Of(2, padding: 1)), image, Nodes.Input("w", type, Compiler.Graph.Shape.Of(3, 100, 3, 3)));
        EveryBlocking.AssertComputes(Single(windows), new CpuTarget(vectorBytes), "convolution");
    }

    /// <summary>Where a padded copy would take more than the program does node by node, nothing is copied and windows are packed from the image.</summary>
    [Test]
    public void A_program_without_room_for_a_padded_copy_turns_blocks_of_the_image()
    {
        var image = Nodes.Input("x", DType.Float32, Compiler.Graph.Shape.Of(2, 33, 33, 30)).Permute(0, 3, 1, 2);
        var gradient = Node.Of(new ConvolutionInputGradient(ConvolutionGeometry.Of(2, padding: 1), Compiler.Graph.Shape.Of(2, 3, 33, 33)),
            image, Nodes.Input("w", DType.Float32, Compiler.Graph.Shape.Of(30, 3, 3, 3)));

        var source = Pipeline.Compile(Single(gradient), new Dictionary<DimSymbol, long>(), new CompilerOptions { Target = new CpuTarget(64), Threads = 1 });

        Assert.That(source.Kernels.Select(k => k.Name), Has.None.Contain("pad"));
        Assert.That(StatementWalk.All(source.Kernels[0].Body).OfType<Transpose>(), Is.Not.Empty, LoopPrinter.Print(source.Kernels[0]));
    }

    [TestCase(false, "1 1 1", 1, Description = "windows one column apart")]
    [TestCase(true, "1 1 1", -1, Description = "windows read from their end")]
    [TestCase(false, "1 2 3", 2, Description = "every other column")]
    [TestCase(true, "1 2 3", -2, Description = "every other column, from the end")]
    public void Windows_that_slide_are_packed_once(bool isGradient, string windows, long step)
    {
        var panel = Shape(Graph(isGradient, isChannelsLast: true, windows)).Panel!;

        Assert.That((panel.Position?.Extent, panel.Step, panel.Reach), Is.EqualTo((3, step, 2 * Math.Abs(step))));
        Assert.That(panel.Turned?.Extent, Is.EqualTo(isGradient ? Results : Channels), "neighbours in memory are channels");
    }

    [Test]
    public void Windows_two_columns_apart_do_not_slide()
    {
        var panel = Shape(Graph(isGradient: false, isChannelsLast: true, "2 1 1")).Panel!;

        Assert.That((panel.Position, panel.Reach), Is.EqualTo(((LoopVar?)null, 0L)));
    }

    [Test]
    public void Images_with_rows_of_neighbours_are_not_turned() =>
        Assert.That(Shape(Graph(isGradient: false, isChannelsLast: false, "1 1 1")).Panel!.Turned, Is.Null);

    /// <param name="isGradient">Whether the result is the input gradient.</param>
    /// <param name="isChannelsLast">How the operand lies in memory.</param>
    /// <param name="windows">Stride, dilation and padding.</param>
    private static ComputationGraph Graph(bool isGradient, bool isChannelsLast, string windows)
    {
        var numbers = windows.Split(' ').Select(long.Parse).ToArray();
        var geometry = ConvolutionGeometry.Of(2, numbers[0], numbers[2], dilation: numbers[1]);
        var input = Compiler.Graph.Shape.Of(Images, Channels, Height + numbers[1], Width);
        var weight = Nodes.Input("w", DType.Float32, Compiler.Graph.Shape.Of(Results, Channels, 3, 3));
        var shape = isGradient ? Node.Of(new Convolution(geometry), Nodes.Input("x", DType.Float32, input), weight).Shape : input;
        long[] dims = [.. shape.Values];
        var image = isChannelsLast
            ? Nodes.Input("x", DType.Float32, Compiler.Graph.Shape.Of(dims[0], dims[2], dims[3], dims[1])).Permute(0, 3, 1, 2)
            : Nodes.Input("x", DType.Float32, shape);
        return Single(Node.Of(isGradient ? new ConvolutionInputGradient(geometry, input) : new Convolution(geometry), image, weight));
    }

    private static ComputationGraph Single(Node result) => new("windows", [new NamedOutput("y", result)], []);

    private static ContractionShape Shape(ComputationGraph graph)
    {
        var definition = KernelDefinitions.Of(graph, Fusion.Run(graph), new ProgramBuffers()).Kernels.Single().Definition;
        return ContractionShape.Candidates(definition, new CpuTarget(64)).Single(s => s.Choice == LaneChoice.Result);
    }
}
