using System.Text.Json;
using System.Xml.Linq;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Tests.Golden;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Memory;

public sealed class MemoryReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Test]
    public void TheTextReads() => Assert.That(Model().ToString(), Is.EqualTo("""
        planned peak 7.62 MiB
        each caller: arena 6 MiB (inputs 2 MiB of it), scratch of 2 workers 128 KiB
        shared: parameters 256 KiB, optimizer state 768 KiB, constants 512 KiB
        in memory of the host: 2 MiB
        arena ÷ lower bound 1.000 (6 MiB live at once)
        live bytes over 3 steps: █▆▆
        largest tensors at the peak, step 0, matmul:
               4 MiB  hidden  float32[1024, 1024]  Model.cs(7)
               2 MiB  x  float32[512, 1024]  Model.cs(3)
        recomputed attended  Model.cs(12): 3 MiB less for 0.25 ms
        split batch: 1 MiB less for 1.5 ms
        offloaded scores  Model.cs(14): 2 MiB less for copies of 0.5 ms

        """.ReplaceLineEndings("\n")));

    [Test]
    public void Sizes_add_up()
    {
        var report = Model();
        Assert.Multiple(() =>
        {
            Assert.That(report.CallerBytes, Is.EqualTo((6 << 20) + (128 << 10)), "arena and scratch are each caller's own");
            Assert.That(report.SharedBytes, Is.EqualTo((1 << 20) + (512 << 10)), "states and constants are not");
            Assert.That(report.TotalBytes, Is.EqualTo(report.CallerBytes + report.SharedBytes));
            Assert.That(report.InputBytes, Is.EqualTo(2 << 20));
            Assert.That(report.Timeline, Is.EqualTo(new StepMemory[] { new("matmul", 6 << 20), new("relu", 4 << 20), new("reduce", (4 << 20) + 64) }));
        });
    }

    [Test]
    public void Json_has_every_figure_with_its_unit() => GoldenFile.AssertEqual("memory_report.json", Model().ToJson() + "\n");

    [Test]
    public void The_picture_is_the_same_to_the_byte() => GoldenFile.AssertEqual("memory_report.svg", Model().ToSvg());

    [Test]
    public void The_picture_shows_each_tensor_where_it_stands()
    {
        var report = MemoryPlanner.Plan(RandomPlanning.Graph(new Random(41), 60)).Report;
        var rectangles = Rectangles(report);
        var shown = report.Tensors.Where(t => t.Bytes > 0).ToArray();
        Assert.That(rectangles, Has.Length.EqualTo(shown.Length));
        foreach (var (tensor, rectangle) in shown.Zip(rectangles))
        {
            Assert.That(rectangle.Title, Does.StartWith(tensor.Name).And.Contain($"({tensor.Bytes} bytes) at {tensor.Offset}"));
            Assert.That(rectangle.Y + rectangle.Height, Is.EqualTo(40 + 520 * (1 - (double)tensor.Offset / report.ArenaBytes)).Within(0.02));
            Assert.That(rectangle.Height, Is.EqualTo(520.0 * tensor.Bytes / report.ArenaBytes).Within(0.02));
        }
        for (var i = 0; i < rectangles.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.That(rectangles[i].Overlaps(rectangles[j]), Is.False, $"{rectangles[i].Title}\n\n{rectangles[j].Title}");
    }

    [Test]
    public void Names_may_hold_what_XML_may_not()
    {
        var problem = new PlanningProblem([new(0, "a<b> & \"c\"\u0001\ud800 ü", 64, true, true, SourceLocation.Unknown)], [], []);
        Assert.That(Rectangles(MemoryPlanner.Plan(problem).Report).Single().Title, Does.StartWith("a<b> & \"c\"\uFFFD\uFFFD ü\n"));
    }

    [Test]
    public void Thousands_of_tensors_take_some_hundred_bytes_each()
    {
        var report = MemoryPlanner.Plan(RandomPlanning.Training(1500, l => 64 + 64 * (l % 9), _ => 128, updatesLast: true)).Report;
        var svg = report.ToSvg();
        Assert.That(report.Tensors, Has.Count.GreaterThan(4000));
        Assert.That(svg.Length / report.Tensors.Count, Is.LessThan(400));
        Assert.That(XDocument.Parse(svg).Descendants(Svg + "polyline").Count(), Is.EqualTo(1));
    }

    [Test]
    public void An_empty_program_has_a_report_too()
    {
        var report = MemoryPlanner.Plan(new PlanningProblem([], [], [])).Report;
        Assert.That(report.ToString(), Does.StartWith("planned peak 0 B\n"));
        Assert.That(Rectangles(report), Is.Empty);
        Assert.That(JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("peakBytes").GetInt64(), Is.Zero);
    }

    private static MemoryReport Model() => MemoryPlanner.Plan(new PlanningProblem(
        [
            Value(0, "x", [512, 1024], line: 3) with { IsPersistentInput = true, Role = TensorRole.Input },
            Value(1, "hidden", [1024, 1024], line: 7),
            Value(2, "relu", [1024, 1024], line: 8),
            Value(3, "loss", [], line: 9) with { IsOutput = true, Role = TensorRole.Output },
            Value(4, "bias_gradient", [40], line: 7) with { Role = TensorRole.Gradient },
        ],
        [new("matmul", [0], [1], []), new("relu", [1], [2], [(2, 1)]), new("reduce", [2], [3, 4], [(4, 2)])], [])
    {
        Name = "train",
        StateBytes = 1 << 20,
        OptimizerBytes = 768 << 10,
        ConstantBytes = 512 << 10,
        ScratchBytes = 128 << 10,
        Workers = 2,
    }).Report with
    {
        Choices =
        [
            new(MemoryChoiceKind.Recompute, "attended", new SourceLocation("src/Model.cs", 12), 3 << 20, 0.25),
            new(MemoryChoiceKind.MicroBatch, "batch", SourceLocation.Unknown, 1 << 20, 1.5),
            new(MemoryChoiceKind.Offload, "scores", new SourceLocation("src/Model.cs", 14), 2 << 20, 0.5),
        ],
        HostBytes = 2 << 20,
    };

    private static PlannedValue Value(int id, string name, long[] dims, int line) =>
        new(id, name, dims.Aggregate(4L, (bytes, extent) => bytes * extent), false, false, new SourceLocation("src/Model.cs", line))
        {
            Type = DType.Float32,
            Dims = dims,
        };

    private static Rectangle[] Rectangles(MemoryReport report) =>
    [
        .. XDocument.Parse(report.ToSvg()).Descendants(Svg + "rect").Where(r => r.Element(Svg + "title") is not null).Select(r => new Rectangle(
            (double)r.Attribute("x")!, (double)r.Attribute("y")!, (double)r.Attribute("width")!, (double)r.Attribute("height")!, r.Value)),
    ];

    private sealed record Rectangle(double X, double Y, double Width, double Height, string Title)
    {
        private const double Rounding = 0.03;

        public bool Overlaps(Rectangle other) =>
            X + Rounding < other.X + other.Width && other.X + Rounding < X + Width &&
            Y + Rounding < other.Y + other.Height && other.Y + Rounding < Y + Height;
    }
}
