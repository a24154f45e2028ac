using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class WindowTests
{
    public sealed record Case(WindowGeometry Geometry, params long[] Input)
    {
        public override string ToString() => $"{Geometry} of [{string.Join(", ", Input)}]";
    }

    private static IEnumerable<Case> Cases()
    {
        foreach (var kernel in new long[] { 1, 2, 3 })
            foreach (var stride in new[] { 1, 2, 3 })
                foreach (var padding in new[] { 0, 1 })
                    foreach (var dilation in new[] { 1, 2 })
                        yield return new(WindowGeometry.Of([kernel], stride, padding, dilation), 2, 8);
        yield return new(new WindowGeometry([2, 3], [2, 1], [0, 2], [1, 1], [1, 2]), 2, 5, 6);
        yield return new(WindowGeometry.Of([2, 2, 2]), 1, 4, 2, 3);
        yield return new(WindowGeometry.Of([4, 4], padding: 3), 6, 6);
        yield return new(WindowGeometry.Of([1, 1]), 1, 1);
        yield return new(WindowGeometry.Of([2]), 0, 4);
        yield return new(WindowGeometry.Of([]), 3);
    }

    [TestCaseSource(nameof(Cases))]
    public void Agree_with_plain_lists_of_each_window(Case c)
    {
        var x = Integers.Random(1, c.Input);
        var windows = Windows(c.Geometry, x);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Longs(new WindowSum(c.Geometry), x), Is.EqualTo(windows.Select(w => w.Sum(e => e ?? 0))));
            Assert.That(Longs(new WindowMaximum(c.Geometry), x), Is.EqualTo(windows.Select(w => w.Max() ?? long.MinValue)));
            Assert.That(Longs(new WindowMinimum(c.Geometry), x), Is.EqualTo(windows.Select(w => w.Min() ?? long.MaxValue)));
            Assert.That(Longs(new WindowArgMaximum(c.Geometry), x), Is.EqualTo(windows.Select(w => Math.Max(0, w.IndexOf(w.Max())))));
            Assert.That(Longs(new WindowArgMinimum(c.Geometry), x), Is.EqualTo(windows.Select(w => Math.Max(0, w.IndexOf(w.Min())))));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Transposes_move_across_the_inner_product(Case c)
    {
        var x = Integers.Random(1, c.Input);
        var sum = Integers.Evaluate(new WindowSum(c.Geometry), x);
        var cotangent = Integers.Random(2, sum.Type.Shape.Values);
        var offsets = Integers.Evaluate(new WindowArgMinimum(c.Geometry), x);
        var gathered = Integers.Evaluate(new WindowGather(c.Geometry), x, offsets);
        var spread = Integers.Evaluate(new WindowSpread(c.Geometry, x.Type.Shape), cotangent);
        var scattered = Integers.Evaluate(new WindowScatter(c.Geometry, x.Type.Shape), cotangent, offsets);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Integers.Dot(x, spread), Is.EqualTo(Integers.Dot(sum, cotangent)));
            Assert.That(Integers.Dot(x, scattered), Is.EqualTo(Integers.Dot(gathered, cotangent)));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Scalar_definitions_agree_with_the_references(Case c)
    {
        var x = Integers.Random(1, c.Input);
        var offsets = Integers.Evaluate(new WindowArgMaximum(c.Geometry), x);
        var cotangent = Integers.Random(2, offsets.Type.Shape.Values);
        using (Assert.EnterMultipleScope())
        {
            AssertLowered(new WindowSum(c.Geometry), x);
            AssertLowered(new WindowMaximum(c.Geometry), x);
            AssertLowered(new WindowMinimum(c.Geometry), x);
            AssertLowered(new WindowArgMaximum(c.Geometry), x);
            AssertLowered(new WindowArgMinimum(c.Geometry), x);
            AssertLowered(new WindowSpread(c.Geometry, x.Type.Shape), cotangent);
            AssertLowered(new WindowGather(c.Geometry), x, offsets);
            AssertLowered(new WindowScatter(c.Geometry, x.Type.Shape), cotangent, offsets);
        }
    }

    [Test]
    public void The_maximum_of_elements_is_gathered_at_its_position()
    {
        var geometry = WindowGeometry.Of([3, 2], stride: 2, padding: 1);
        var x = Integers.Random(7, 2, 5, 6);
        var position = Integers.Evaluate(new WindowArgMaximum(geometry), x);
        Assert.That(Integers.Evaluate(new WindowGather(geometry), x, position),
            Is.EqualTo(Integers.Evaluate(new WindowMaximum(geometry), x)));
    }

    [Test]
    public void NaN_wins_and_padding_never_does()
    {
        var geometry = WindowGeometry.Of([3], stride: 2, padding: 1);
        var x = Literal.Of<float>([-5, -6, -7, float.NaN, -9, float.NaN, -8], 7);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Floats(new WindowMaximum(geometry), x), Is.EqualTo(new[] { -5, float.NaN, float.NaN, float.NaN }));
            Assert.That(Floats(new WindowMinimum(geometry), x), Is.EqualTo(new[] { -6, float.NaN, float.NaN, float.NaN }));
            Assert.That(Longs(new WindowArgMaximum(geometry), x), Is.EqualTo(new long[] { 1, 2, 0, 0 }));
            AssertLowered(new WindowMaximum(geometry), x);
            AssertLowered(new WindowMinimum(geometry), x);
            AssertLowered(new WindowArgMaximum(geometry), x);
        }
    }

    [Test]
    public void Positions_take_a_byte_up_to_256()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(WindowArgExtreme.OffsetType(WindowGeometry.Of([16, 16])), Is.EqualTo(DType.UInt8));
            Assert.That(WindowArgExtreme.OffsetType(WindowGeometry.Of([257])), Is.EqualTo(DType.Int32));
        }
    }

    [Test]
    public void The_last_position_of_256_fits_its_byte()
    {
        var x = new Literal(new TensorType(DType.Int64, [16, 16])) { [255] = Scalar.Of(DType.Int64, 1L) };
        Assert.That(Longs(new WindowArgMaximum(WindowGeometry.Of([16, 16])), x), Is.EqualTo(new[] { 255L }));
    }

    [Test]
    public void Leading_axes_may_be_symbolic()
    {
        Dim batch = new DimSymbol("batch");
        var type = new WindowMaximum(WindowGeometry.Of([2, 2])).Infer([new(DType.Float32, [batch, 3, 8, 9])]);
        Assert.That(type, Is.EqualTo(new TensorType(DType.Float32, [batch, 3, 4, 4])));
    }

    [Test]
    public void Binding_reaches_the_shapes_of_the_transposes()
    {
        var batch = new DimSymbol("batch");
        var values = new Dictionary<DimSymbol, long> { [batch] = 5 };
        var geometry = WindowGeometry.Of([2]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new WindowSpread(geometry, [batch, 8]).Bind(values), Is.EqualTo(new WindowSpread(geometry, [5, 8])));
            Assert.That(new WindowScatter(geometry, [batch, 8]).Bind(values), Is.EqualTo(new WindowScatter(geometry, [5, 8])));
        }
    }

    /// <summary>The elements of each window in order, null in padding.</summary>
    private static List<List<long?>> Windows(WindowGeometry geometry, Literal x)
    {
        var dims = x.Type.Shape.Values;
        var leading = dims.Length - geometry.Rank;
        var counts = dims.Select((d, axis) => axis < leading ? d : Count(geometry, axis - leading, d)).ToArray();
        return RowMajor.Indices(counts).Select(window => RowMajor.Indices(geometry.Kernel).Select(tap =>
        {
            var index = window.ToArray();
            for (var axis = 0; axis < geometry.Rank; axis++)
                index[leading + axis] = window[leading + axis] * geometry.Stride[axis] - geometry.PadLow[axis] +
                    tap[axis] * geometry.Dilation[axis];
            var inside = index.Zip(dims).All(p => p.First >= 0 && p.First < p.Second);
            return inside ? x.AsSpan<long>()[RowMajor.Linear(index, dims)] : (long?)null;
        }).ToList()).ToList();
    }

    /// <summary>Windows that fit, found by sliding one until it no longer does.</summary>
    private static long Count(WindowGeometry geometry, int axis, long extent)
    {
        var padded = extent + geometry.PadLow[axis] + geometry.PadHigh[axis];
        long count = 0;
        while (count * geometry.Stride[axis] + (geometry.Kernel[axis] - 1) * geometry.Dilation[axis] < padded) count++;
        return count;
    }

    private static long[] Longs(Op op, Literal x)
    {
        var result = Integers.Evaluate(op, x);
        return [.. Enumerable.Range(0, result.Count).Select(i => result[i].AsInt64)];
    }

    private static float[] Floats(Op op, Literal x) => Integers.Evaluate(op, x).AsSpan<float>().ToArray();

    private static void AssertLowered(Op op, params Literal[] operands) => Assert.That(
        Lowering.Interpret(Integers.NodeOf(op, operands), operands), Is.EqualTo(Integers.Evaluate(op, operands)), op.Name);
}
