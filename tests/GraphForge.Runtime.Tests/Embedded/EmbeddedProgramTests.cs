using System.Runtime.Intrinsics;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Embedded;

namespace GraphForge.Runtime.Tests.Embedded;

/// <summary>Programs as a build writes them, over a resource of this assembly with four floats and three bytes.</summary>
public sealed class EmbeddedProgramTests
{
    private const int DataBytes = 19;

    private static readonly EmbeddedData Data = new(typeof(EmbeddedProgramTests).Assembly, "Weights.bin", DataBytes);

    [Test]
    public void States_and_constants_are_read_where_they_lie()
    {
        Assert.That(Data.State("w", DType.Float32, [2], 8).AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 3, 4 }));
        Assert.That(Data.Constant(16, 3), Is.EqualTo(new byte[] { 5, 6, 7 }));
        Assert.That(Data.State("nothing", DType.Float32, [0], 19).Bytes, Is.Zero);
    }

    [Test]
    public void Data_that_is_not_the_codes_is_refused()
    {
        Assert.That(() => new EmbeddedData(typeof(EmbeddedProgramTests).Assembly, "None.bin", 1), Throws.InvalidOperationException.With.Message.EqualTo(
            "The resource 'None.bin' is not in GraphForge.Runtime.Tests: build the project anew."));
        Assert.That(() => new EmbeddedData(typeof(EmbeddedProgramTests).Assembly, "Weights.bin", 20), Throws.InvalidOperationException.With.Message.EqualTo(
            "The resource 'Weights.bin' has 19 bytes where 20 were written with the code: build the project anew."));
        Assert.That(() => Data.Constant(17, 3), Throws.InvalidOperationException.With.Message.EqualTo(
            "The resource 'Weights.bin' ends before byte 20: build the project anew."));
        Assert.That(() => Data.Constant(-1, 3), Throws.InvalidOperationException);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void The_widest_program_that_suits_the_processor_runs(int threads)
    {
        var program = Program(threads, [128, 256, 512]);
        Assert.That(program.VectorBits, Is.EqualTo(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128));
        using var run = program.Rent();
        program.SetInput<int>(run, 0, [1, 2, 3]);
        program.SetInput<int>(run, 1, [0]);
        run.Run();
        var output = new int[3];
        program.GetOutput<int>(run, 0, output);
        Assert.That(output, Is.EqualTo(new[] { 3 * 1, 3 * 2 + 1, 3 * 3 + 2 }));
    }

    [Test]
    public void A_program_for_other_processors_is_refused() => Assert.That(() => Program(1, []), Throws.TypeOf<PlatformNotSupportedException>()
        .With.Message.StartsWith("The model was compiled for wider vectors than this processor has, "));

    [Test]
    public void Arguments_are_checked_before_a_run()
    {
        var program = Program(1, [128]);
        Assert.That(() => program.CheckInput<int>(0, [1, 2]), Throws.ArgumentException.With.Message.EqualTo("'x' takes 3 elements; it was given 2. (Parameter 'x')"));
        Assert.That(() => program.CheckInput<int>(0, [1, 2, 10]), Throws.ArgumentException.With.Message.EqualTo(
            "element 2 of the input 'x' is 10, but The table has rows 0..9. (Parameter 'x')"));
        Assert.That(() => program.CheckInput<int>(1, []), Throws.ArgumentException.With.Message.EqualTo("'unused' takes 1 elements; it was given 0. (Parameter 'unused')"));
        Assert.That(() => program.CheckOutput<int>(0, new int[4]), Throws.ArgumentException.With.Message.EqualTo("'y' takes 3 elements; it was given 4. (Parameter 'y')"));
        Assert.That(() => program.CheckInput<int>(0, [1, 2, 9]), Throws.Nothing);
    }

    private static EmbeddedProgram Program(int threads, int[] vectorBits) => new([], Data, threads, [("x", 3), ("unused", 1)], ["y"],
        [new IndexCheck("x", [3], 10, Ignored: null, "The table has rows", Part: null)], [.. vectorBits.Select(bits => new Variant(bits))]);

    /// <summary>y[i] = 3 x[i] + i, and a second kernel that no step calls.</summary>
    private sealed unsafe class Variant(int vectorBits) : EmbeddedVariant
    {
        public override int VectorBits => vectorBits;

        public override ExecutionPlan Plan(EmbeddedData data) => new("affine", ArenaBytes: 128, ScratchBytes: 0, ["Affine", "Mix"],
            [new("x", BufferKind.Input, DType.Int32, [3], Bytes: 12, Offset: 0), new("y", BufferKind.Output, DType.Int32, [3], Bytes: 12, Offset: 64)],
            [new(Kernel: 0, [0, 1], Tasks: 3, BarrierBefore: false) { Writes = [1] }], Constants: []);

        public override nint[] Kernels() =>
            [(nint)(delegate*<nint*, nint, int, int, void>)&Tests.Kernels.Affine, (nint)(delegate*<nint*, nint, int, int, void>)&Tests.Kernels.Mix];

        public override int[] States() => [];
    }
}
