namespace GraphForge.Data.Tests;

public class ArrayDatasetTests
{
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(10)]
    [TestCase(64)]
    public void EachSampleComesOnceWithItsLabel(int batchSize)
    {
        var data = Samples(10);
        foreach (var shuffle in new[] { false, true })
        {
            var seen = new List<long>();
            foreach (var batch in data.Batches(batchSize, shuffle, seed: 1))
            {
                Assert.That(batch.Features.Length, Is.EqualTo(2 * batch.Count));
                for (var i = 0; i < batch.Count; i++)
                    Assert.That((batch.Features[2 * i], batch.Features[2 * i + 1]), Is.EqualTo((batch.Labels[i] * 10f, batch.Labels[i] * 10f + 1)));
                seen.AddRange(batch.Labels);
            }

            Assert.That(seen, shuffle ? Is.EquivalentTo(data.Labels.ToArray()) : Is.EqualTo(data.Labels.ToArray()));
        }
    }

    [Test]
    public void LastBatchIsSmaller()
    {
        var sizes = new List<int>();
        foreach (var batch in Samples(10).Batches(4)) sizes.Add(batch.Count);

        Assert.That(sizes, Is.EqualTo(new[] { 4, 4, 2 }));
        Assert.That(Samples(10).Batches(4).Count, Is.EqualTo(3));
        Assert.That(Samples(8).Batches(4).Count, Is.EqualTo(2));
        Assert.That(Samples(8).Batches(int.MaxValue).Count, Is.EqualTo(1));
    }

    [Test]
    public void OrderDependsOnSeedAndEpochAlone()
    {
        var data = Samples(100);
        var order = Order(data, seed: 5, epoch: 2);

        Assert.That(Order(data, seed: 5, epoch: 2), Is.EqualTo(order));
        Assert.That(Order(data, seed: 5, epoch: 3), Is.Not.EqualTo(order));
        Assert.That(Order(data, seed: 6, epoch: 2), Is.Not.EqualTo(order));
        Assert.That(Order(data, seed: 2, epoch: 5), Is.Not.EqualTo(order));
    }

    /// <summary>A recorded run must be repeatable with a later version.</summary>
    [Test]
    public void OrderIsTheSameInEveryVersion() =>
        Assert.That(Order(Samples(10), seed: 42, epoch: 0), Is.EqualTo(new long[] { 5, 6, 0, 8, 4, 1, 3, 9, 7, 2 }));

    [Test]
    public void EveryPositionIsEquallyLikely()
    {
        const int epochs = 6000;
        var first = new int[6];
        var data = Samples(6);
        for (var epoch = 0; epoch < epochs; epoch++) first[Order(data, seed: 9, epoch)[0]]++;

        // Six standard deviations of a binomial count.
        Assert.That(first, Is.All.EqualTo(epochs / 6).Within(6 * Math.Sqrt(epochs * 5 / 36.0)));
    }

    [Test]
    public void BatchesAllocateNothing()
    {
        var batches = Samples(1000).Batches(10, shuffle: true);
        Walk(batches);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Walk(batches);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void NormalizeShiftsAndScales()
    {
        var data = new ArrayDataset([1, 2, 3], [], [0, 1, 2]).Normalize(mean: 2, deviation: 0.5f);

        Assert.That(data.Features.ToArray(), Is.EqualTo(new[] { -2f, 0, 2 }));
        Assert.That(data.Labels.ToArray(), Is.EqualTo(new long[] { 0, 1, 2 }));
        Assert.That(() => data.Normalize(0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => data.Normalize(0, float.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void LengthsMustFit()
    {
        Assert.That(
            () => new ArrayDataset(new float[5], [2], new long[3]),
            Throws.ArgumentException.With.Message.StartsWith("3 samples of [2] take 6 features; there are 5."));
        Assert.That(() => new ArrayDataset([], [0], []), Throws.ArgumentException);
        Assert.That(() => Samples(3).Batches(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static ArrayDataset Samples(int count) => new(
        [.. Enumerable.Range(0, count).SelectMany(i => new[] { i * 10f, i * 10f + 1 })],
        [2],
        [.. Enumerable.Range(0, count).Select(i => (long)i)]);

    private static long[] Order(ArrayDataset data, ulong seed, int epoch)
    {
        var order = new List<long>();
        foreach (var batch in data.Batches(3, shuffle: true, seed, epoch)) order.AddRange(batch.Labels);
        return [.. order];
    }

    private static void Walk(BatchSequence batches)
    {
        foreach (var batch in batches) _ = batch.Count;
    }
}
