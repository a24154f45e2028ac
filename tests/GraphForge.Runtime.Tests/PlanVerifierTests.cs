namespace GraphForge.Runtime.Tests;

public sealed class PlanVerifierTests
{
    private static readonly PlanBuffer X = new("x", BufferKind.Input, DType.Float32, [2, 3], 24, 0);
    private static readonly PlanBuffer Y = new("y", BufferKind.Output, DType.Float32, [2, 3], 24, 64);

    private static readonly ExecutionPlan Valid = new("p", 128, 16, ["copy"], [X, Y], [new PlanStep(0, [0, 1], 4, false)], []);

    private static readonly PlanBuffer P = X with { Name = "p", Kind = BufferKind.Prepared };

    private static readonly ExecutionPlan Preparation = new("before", 64, 0, ["copy"],
        [Y with { Name = "p0", Offset = 0 }, X with { Name = "w", Kind = BufferKind.State }], [new PlanStep(0, [0, 1], 1, true) { Writes = [0] }], []);

    private static readonly PlanBuffer H = X with { Name = "h", Kind = BufferKind.Host, Offset = 1 << 20 };

    private static readonly PlanStep Store = new(PlanStep.Transfer, [0, 2], 1, false) { Writes = [2] };

    private static readonly PlanStep Fetch = new(PlanStep.Transfer, [2, 1], 1, false) { Writes = [1] };

    private static readonly ExecutionPlan Offloaded = Valid with { Buffers = [X, Y, H], Steps = [Store, Fetch] };

    private static readonly ExecutionPlan Prepared = Valid with { Buffers = [X, Y, P], Preparation = Preparation };

    [Test]
    public void A_plan_with_a_preparation_passes() => Assert.That(() => PlanVerifier.Verify(Prepared), Throws.Nothing);

    [Test]
    public void A_plan_with_a_value_in_host_memory_passes()
    {
        Assert.That(() => PlanVerifier.Verify(Offloaded), Throws.Nothing);
        Assert.That(Offloaded.HostBytes, Is.EqualTo((1 << 20) + 24));
        Assert.That(Offloaded.NameOf(Store), Is.EqualTo("transfer"));
    }

    [Test]
    public void A_fault_of_the_preparation_is_its_own() => Assert.That(
        () => PlanVerifier.Verify(Prepared with { Preparation = Preparation with { ArenaBytes = 0 } }),
        Throws.TypeOf<InvalidPlanException>().With.Message.EqualTo("Plan 'before': buffer 0 'p0': 24 bytes at offset 0 leave the arena of 0 bytes."));

    [Test]
    public void A_consistent_plan_passes() => Assert.That(() => PlanVerifier.Verify(Valid), Throws.Nothing);

    [Test]
    public void An_empty_buffer_may_start_where_the_arena_ends() =>
        Assert.That(
            () => PlanVerifier.Verify(With(Y with { Dims = [0, long.MaxValue, 8], Bytes = 0, Offset = 128 })), Throws.Nothing);

    [Test]
    public void Outputs_may_reuse_the_bytes_of_inputs() =>
        Assert.That(() => PlanVerifier.Verify(With(Y with { Offset = 0 })), Throws.Nothing);

    [TestCaseSource(nameof(Faults))]
    public void A_fault_is_named(ExecutionPlan plan, string message) =>
        Assert.That(
            () => PlanVerifier.Verify(plan), Throws.TypeOf<InvalidPlanException>().With.Message.EqualTo($"Plan 'p': {message}."));

    private static IEnumerable<TestCaseData> Faults() =>
    [
        Fault("negative arena", Valid with { ArenaBytes = -1 }, "the arena has -1 bytes"),
        Fault("negative scratch", Valid with { ScratchBytes = -64 }, "the scratch has -64 bytes"),
        Fault("kind", With(Y with { Kind = (BufferKind)9 }), "buffer 1 'y': its kind 9 does not exist"),
        Fault("dtype", With(Y with { Type = (DType)99 }), "buffer 1 'y': its element type 99 does not exist"),
        Fault("negative extent", With(Y with { Dims = [2, -3] }),
            "buffer 1 'y': float32[2, -3] has a negative extent or more than 2^63 - 1 bytes"),
        Fault("overflow", With(Y with { Dims = [1L << 31, 1L << 31] }),
            "buffer 1 'y': float32[2147483648, 2147483648] has a negative extent or more than 2^63 - 1 bytes"),
        Fault("overflow past 128 bits", With(Y with { Dims = [long.MaxValue, long.MaxValue, long.MaxValue] }),
            $"buffer 1 'y': float32[{long.MaxValue}, {long.MaxValue}, {long.MaxValue}] has a negative extent or more than 2^63 - 1 bytes"),
        Fault("size", With(Y with { Bytes = 25 }), "buffer 1 'y': float32[2, 3] takes 24 bytes, not 25"),
        Fault("alignment", With(Y with { Offset = 96 }), "buffer 1 'y': offset 96 is not a multiple of 64"),
        Fault("past the end", With(Y with { Offset = 128 }), "buffer 1 'y': 24 bytes at offset 128 leave the arena of 128 bytes"),
        Fault("before the start", With(Y with { Offset = -64 }), "buffer 1 'y': 24 bytes at offset -64 leave the arena of 128 bytes"),
        Fault("end overflows", With(Y with { Offset = long.MaxValue - 63 }),
            $"buffer 1 'y': 24 bytes at offset {long.MaxValue - 63} leave the arena of 128 bytes"),
        Fault("state index", With(Y with { Kind = BufferKind.State, Offset = -1 }), "buffer 1 'y': state index -1 is out of range"),
        Fault("constant index", With(Y with { Kind = BufferKind.Constant, Offset = 0 }),
            "buffer 1 'y': constant 0 is out of range; there are 0"),
        Fault("constant length", With(Y with { Kind = BufferKind.Constant, Offset = 0 }) with { Constants = [new byte[8]] },
            "buffer 1 'y': constant 0 has 8 bytes where 24 are needed"),
        Fault("input names", With(Y with { Kind = BufferKind.Input, Name = "x" }), "two inputs are named 'x'"),
        Fault("output names", Valid with { Buffers = [X, Y, Y] }, "two outputs are named 'y'"),
        Fault("overlapping inputs", With(Y with { Kind = BufferKind.Input, Offset = 0 }), "inputs 'x' and 'y' overlap at offset 0"),
        Fault("kernel", With(new PlanStep(1, [0, 1], 4, false)), "step 0: kernel 1 is out of range; there are 1"),
        Fault("tasks", With(new PlanStep(0, [0, 1], -4, false)), "step 0 (copy): it has -4 tasks"),
        Fault("argument", With(new PlanStep(0, [0, 2], 4, false)),
            "step 0 (copy): argument 1 is buffer 2, out of range; there are 2"),
        Fault("written", With(new PlanStep(0, [0], 4, false) { Writes = [1] }),
            "step 0 (copy): it writes buffer 1, which is not among its arguments"),
        Fault("written constant", With(Y with { Kind = BufferKind.Constant, Offset = 0 }) with
        {
            Constants = [new byte[24]],
            Steps = [new PlanStep(0, [0, 1], 4, false) { Writes = [1] }],
        }, "step 0 (copy): it writes buffer 1 'y', which is read-only"),
        Fault("written prepared value", Prepared with { Steps = [new PlanStep(0, [0, 2], 4, false) { Writes = [2] }] },
            "step 0 (copy): it writes buffer 2 'p', which is read-only"),
        Fault("no preparation", Prepared with { Preparation = null }, "buffer 2 'p': prepared value 0 is out of range; there are 0"),
        Fault("prepared index", Prepared with { Buffers = [X, Y, P with { Offset = 1 }] },
            "buffer 2 'p': prepared value 1 is out of range; there are 1"),
        Fault("prepared size", Prepared with { Buffers = [X, Y, P with { Dims = [9], Bytes = 36 }] },
            "buffer 2 'p': it is float32[9], but the preparation's output 'p0' is float32[2, 3]"),
        Fault("prepared type", Prepared with { Buffers = [X, Y, P with { Type = DType.Int32 }] },
            "buffer 2 'p': it is int32[2, 3], but the preparation's output 'p0' is float32[2, 3]"),
        Fault("kernels of the preparation", Prepared with { Preparation = Preparation with { KernelNames = ["other"] } },
            "its preparation has other kernels"),
        Fault("preparation of the preparation", Prepared with { Preparation = Preparation with { Preparation = Preparation } },
            "its preparation has a preparation"),
        Fault("input of the preparation", Prepared with { Preparation = Preparation with { Buffers = [Y with { Offset = 0 }, X] } },
            "its preparation has an input 'x'"),
        Fault("state written by the preparation",
            Prepared with { Preparation = Preparation with { Steps = [new PlanStep(0, [0, 1], 1, true) { Writes = [0, 1] }] } },
            "its preparation writes 'w', which outlives it"),
        Fault("host alignment", Host(H with { Offset = 8 }), "buffer 2 'h': offset 8 is not a multiple of 64"),
        Fault("host offset", Host(H with { Offset = -64 }), "buffer 2 'h': offset -64 is out of range"),
        Fault("end of the host overflows", Host(H with { Dims = [16], Bytes = 64, Offset = long.MaxValue - 63 }), $"buffer 2 'h': offset {long.MaxValue - 63} is out of range"),
        Fault("transfer of one", Transfers(Store with { Buffers = [0] }), "step 0 (transfer): it has 1 buffers, not 2"),
        Fault("transfer within the arena", Transfers(Store with { Buffers = [0, 1], Writes = [1] }), "step 0 (transfer): it does not lead from the arena to host memory or back"),
        Fault("transfer within the host", Transfers(Store, Store with { Buffers = [2, 2] }), "step 1 (transfer): it does not lead from the arena to host memory or back"),
        Fault("transfer of a state", Transfers(Store) with { Buffers = [X with { Kind = BufferKind.State }, Y, H] },
            "step 0 (transfer): it does not lead from the arena to host memory or back"),
        Fault("transfer of another size", Host(H with { Dims = [3], Bytes = 12 }), "step 0 (transfer): it copies the 24 bytes of 'x' to the 12 of 'h'"),
        Fault("transfer that does not write", Transfers(Store with { Writes = [] }), "step 0 (transfer): it does not say that it writes 'h'"),
        Fault("transfer that writes another", Transfers(Store with { Writes = [0] }), "step 0 (transfer): it does not say that it writes 'h'"),
        Fault("fetched before stored", Transfers(Fetch, Store), "step 0 (transfer): nothing was stored in 'h' before"),
        Fault("transfer in a loop", Offloaded with { Loops = [new PlanLoop(0, 2, 3)] }, "the loop over steps 0..1 has a transfer to or from host memory"),
        Fault("host buffer of a kernel", Transfers(new PlanStep(0, [0, 2], 4, false)), "step 0 (copy): argument 1 is buffer 2 'h', which is in host memory"),
        Fault("host condition", Host(H with { Type = DType.Bool, Dims = [], Bytes = 1 }) with
        {
            Steps = [new PlanStep(0, [0, 1], 4, true)], Loops = [new PlanLoop(0, 1, 3, new PlanCondition(2, true))],
        }, "the loop over steps 0..0 asks buffer 2 'h', which is in host memory"),
        Fault("host of the preparation", Prepared with { Preparation = Preparation with { Buffers = [.. Preparation.Buffers, H] } },
            "its preparation has 'h' in host memory"),
        Fault("no such step", Transfers(Store with { Kernel = -2 }), "step 0: kernel -2 is out of range; there are 1"),
        Fault("loop outside", With(new PlanLoop(0, 2, 3)), "the loop over steps 0..1 leaves the 1 steps"),
        Fault("loop past every index", With(new PlanLoop(0, int.MaxValue, 3), new PlanLoop(1, int.MaxValue, 3)), "the loop over steps 0..2147483646 leaves the 3 steps"),
        Fault("empty loop", With(new PlanLoop(0, 0, 3)), "the loop over steps 0..-1 leaves the 1 steps"),
        Fault("iterations", With(new PlanLoop(0, 1, -3)), "the loop over steps 0..0 has -3 iterations"),
        Fault("loop without barrier", With(new PlanStep(0, [0, 1], 4, false)) with { Loops = [new PlanLoop(0, 1, 3)] },
            "the loop over steps 0..0 has no barrier before its first step"),
        Fault("overlapping loops", With(new PlanLoop(0, 2, 3), new PlanLoop(1, 2, 3)), "the loop over steps 0..1 overlaps the one over steps 1..2"),
        Fault("condition", With(new PlanLoop(0, 1, 3, new PlanCondition(2, true))),
            "the loop over steps 0..0 asks buffer 2, out of range; there are 2"),
        Fault("condition of many", With(new PlanLoop(0, 1, 3, new PlanCondition(1, true))),
            "the loop over steps 0..0 asks buffer 1 'y', which has 24 bytes, not 1"),
    ];

    private static ExecutionPlan Host(PlanBuffer host) => Offloaded with { Buffers = [X, Y, host] };

    private static ExecutionPlan Transfers(params PlanStep[] steps) => Offloaded with { Steps = steps };

    /// <summary>As many steps with barriers as there are loops, or one more, and the loops.</summary>
    private static ExecutionPlan With(params PlanLoop[] loops) => Valid with
    {
        Steps = Enumerable.Repeat(new PlanStep(0, [0, 1], 4, true), loops.Length == 1 ? 1 : loops.Length + 1).ToArray(),
        Loops = loops,
    };

    private static ExecutionPlan With(PlanBuffer second) => Valid with { Buffers = [X, second] };

    private static ExecutionPlan With(PlanStep step) => Valid with { Steps = [step] };

    private static TestCaseData Fault(string name, ExecutionPlan plan, string message) =>
        new TestCaseData(plan, message).SetArgDisplayNames(name);
}
