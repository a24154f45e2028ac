using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Sorts too long for recorded figures, and with extents known only when a program is compiled.</summary>
public sealed class SortingTests
{
    private sealed class SortRows(bool descending) : Module
    {
        public override Tensor Forward(Tensor input)
        {
            var (values, indices) = input.Sort(-1, descending);
            return Tensor.Cat([values, indices.To(DType.Float32)], -1);
        }
    }

    private sealed class TopOfBatch : Module
    {
        public override Tensor Forward(Tensor input) => input.Sort(0).Values;
    }

    [TestCase(100_000, false)]
    [TestCase(5_000, true)]
    public void Long_rows_are_sorted_with_ties_in_their_order(int count, bool descending)
    {
        // Few enough different values that most tie.
        float[] row = [.. Enumerable.Range(0, count).Select(i => (float)(i * 7919L % 1013))];
        var order = Enumerable.Range(0, count).OrderBy(i => descending ? -row[i] : row[i]).ToArray();
        var actual = Values.Infer(new SortRows(descending), [count], row);
        Assert.That(actual[..count], Is.EqualTo(order.Select(i => row[i])));
        Assert.That(actual[count..], Is.EqualTo(order.Select(i => (float)i)));
    }

    [Test]
    public void A_batch_of_any_size_is_sorted()
    {
        var model = CompiledModel.Compile(new TopOfBatch(), [2], TestOptions.Default);
        foreach (var batch in new[] { 1, 3, 40 })
        {
            var input = Values.Sequence(2 * batch).Reverse().ToArray();
            var output = new float[2 * batch];
            model.Run(input, output);
            Assert.That(output.Where((_, i) => i % 2 == 0), Is.Ordered);
        }
    }
}
