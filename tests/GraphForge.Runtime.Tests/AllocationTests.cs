namespace GraphForge.Runtime.Tests;

[NonParallelizable]
public sealed class AllocationTests
{
    private const int Runs = 200;

    [Test]
    public void A_run_allocates_nothing_on_its_callers_thread([Values(1, 2, 5)] int threads)
    {
        var program = Chains.Build(steps: 21).Compile(threads);
        var x = new int[64];
        var y = new int[64];
        Repeat(program, x, y);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(program, x, y);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    /// <remarks>The test host's own threads allocate now and then, hence the least of several tries.</remarks>
    [Test]
    public void A_run_allocates_nothing_on_any_thread([Values(2, 5)] int threads)
    {
        var program = Chains.Build(steps: 21).Compile(threads);
        var x = new int[64];
        var y = new int[64];
        Repeat(program, x, y);
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 20 && least > 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Repeat(program, x, y);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);
    }

    private static void Repeat(CompiledProgram program, int[] x, int[] y)
    {
        for (var run = 0; run < Runs; run++)
        {
            using var context = program.Rent();
            context.SetInput<int>(0, x);
            context.Run();
            context.GetOutput<int>(0, y);
        }
    }
}
