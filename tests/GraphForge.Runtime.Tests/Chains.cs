namespace GraphForge.Runtime.Tests;

/// <summary>
/// A chain of steps over two buffers of 64 elements, each reading across the shares of all workers what the step before
/// wrote: one missing or broken barrier changes the result.
/// </summary>
internal static unsafe class Chains
{
    /// <param name="steps">An odd number, so that the result lands in the output.</param>
    /// <param name="name">The program's name.</param>
    public static PlanSketch Build(int steps, string name = "chain")
    {
        var sketch = new PlanSketch(name);
        var x = sketch.Input("x", DType.Int32, 64);
        var y = sketch.Output("y", DType.Int32, 64);
        var mix = sketch.Kernel("mix", &Kernels.Mix);
        for (var step = 0; step < steps; step++) sketch.Step(mix, step % 2 == 0 ? [x, y] : [y, x], 64);
        return sketch;
    }

    public static void Fill(RunContext context, int seed = 0)
    {
        var x = context.InputSpan<int>(0);
        for (var i = 0; i < x.Length; i++) x[i] = unchecked((i + seed) * 0x2545F491);
    }

    public static int[] Expected(int steps, int seed = 0)
    {
        var x = new int[64];
        for (var i = 0; i < x.Length; i++) x[i] = unchecked((i + seed) * 0x2545F491);
        for (var step = 0; step < steps; step++)
        {
            var last = x;
            x = new int[64];
            for (var i = 0; i < x.Length; i++) x[i] = unchecked(last[63 - i] + last[(i + 1) % 64]);
        }

        return x;
    }
}
