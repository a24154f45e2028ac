using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Norms of values far from 0 beside what they differ by: sums of many must not lose the digits that tell them apart.</summary>
public class NormAccuracyTests
{
    [TestCase(64, 8, 32, 32)]
    [TestCase(16, 8, 40, 41)]
    public void Batch_normalisation_of_values_near_100(long n, long c, long h, long w)
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(n, c, h, w));
        var mean = x.Mean([0, 2, 3], keepDims: true);
        var y = (x - mean) / ((x - mean).Square().Mean([0, 2, 3], keepDims: true) + 1e-5).Sqrt();
        var graph = new ComputationGraph("norm", [new NamedOutput("mean", mean), new NamedOutput("y", y)], []);
        var values = new Literal(x.Type);
        for (var i = 0; i < values.Count; i++) values[i] = Scalar.Of(DType.Float32, 99 + 2 * Threefry.Uniform(3, 1, i));

        var actual = CompiledGraph.Evaluate(graph, new Dictionary<string, Literal> { ["x"] = values }, new Dictionary<StateSlot, Literal>()).Outputs;

        for (long channel = 0; channel < c; channel++)
        {
            var elements = Enumerable.Range(0, (int)(n * h * w)).Select(i => (int)(i / (h * w) * c * h * w + channel * h * w + i % (h * w))).ToArray();
            var exact = elements.Average(i => values[i].AsDouble);
            var deviation = Math.Sqrt(elements.Average(i => Math.Pow(values[i].AsDouble - exact, 2)) + 1e-5);
            // Half a unit in the last place of 100 is 4e-6.
            Assert.That(actual["mean"][(int)channel].AsDouble, Is.EqualTo(exact).Within(1.2e-5), $"mean of channel {channel}");
            Assert.That(elements.Max(i => Math.Abs(actual["y"][i].AsDouble - (values[i].AsDouble - exact) / deviation)), Is.LessThan(4e-5));
        }
    }
}
