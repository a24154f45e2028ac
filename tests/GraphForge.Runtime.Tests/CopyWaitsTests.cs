using GraphForge.Runtime.Device;

namespace GraphForge.Runtime.Tests;

/// <summary>Which steps wait for copies to and from the host that run beside them.</summary>
public sealed class CopyWaitsTests
{
    /// <summary>Two places in the arena, a third one that has the end of the first and the start of the second, and two at the host.</summary>
    private const int A = 0, B = 1, Between = 2, Flag = 3, HostA = 4, HostB = 5, State = 6;

    private static readonly PlanBuffer[] Buffers =
    [
        Buffer("a", BufferKind.Intermediate, 64, 0), Buffer("b", BufferKind.Intermediate, 64, 64), Buffer("between", BufferKind.Intermediate, 64, 32),
        Buffer("flag", BufferKind.Intermediate, 1, 192), Buffer("a at the host", BufferKind.Host, 64, 0), Buffer("b at the host", BufferKind.Host, 64, 64),
        Buffer("state", BufferKind.State, 64, 0),
    ];

    [Test]
    public void Nothing_waits_where_nothing_is_copied() => AssertWaits([], [-1, -1], Kernel([A], [B]), Kernel([B], [A]));

    [Test]
    public void What_is_copied_away_may_be_read_and_not_be_overwritten() =>
        AssertWaits([], [-1, -1, -1, 0, -1], Kernel([], [A]), Store(A, HostA), Kernel([A], [B]), Kernel([B], [A]), Kernel([B], [A]));

    [Test]
    public void What_comes_back_may_be_neither() =>
        AssertWaits([], [-1, -1, -1, 1, -1], Store(A, HostA), Fetch(HostA, A), Kernel([B], [B]), Kernel([A], [B]), Kernel([A], [A]));

    [Test]
    public void A_byte_in_common_is_enough() =>
        AssertWaits([], [-1, -1, 1, -1], Store(A, HostA), Store(B, HostB), Kernel([], [Between]), Kernel([], [B]));

    [Test]
    public void Who_waits_for_a_copy_waits_for_those_before_it() =>
        AssertWaits([], [-1, -1, 1, -1], Store(A, HostA), Store(B, HostB), Kernel([], [B]), Kernel([], [A]));

    [Test]
    public void Each_waits_for_its_own() =>
        AssertWaits([], [-1, -1, 0, 1], Store(A, HostA), Store(B, HostB), Kernel([], [A]), Kernel([], [B]));

    [Test]
    public void A_state_at_the_same_offset_is_elsewhere() =>
        AssertWaits([], [-1, -1, -1], Store(A, HostA), Kernel([], [State]), Kernel([B], [B]));

    [Test]
    public void A_loop_waits_before_it_for_all_its_steps() => AssertWaits(
        [new PlanLoop(2, 3, 4), new PlanLoop(3, 2, 5)], [-1, -1, 1, -1, -1, -1],
        Store(A, HostA), Store(B, HostB), Kernel([], [State]), Kernel([A], [State]), Kernel([A], [B]), Kernel([], [A]));

    [Test]
    public void A_condition_is_read() => AssertWaits(
        [new PlanLoop(2, 1, 4, new PlanCondition(Flag, true))], [-1, -1, 1, -1], Store(Flag, HostA), Fetch(HostA, Flag), Kernel([], [State]), Kernel([], [State]));

    [Test]
    public void What_has_no_bytes_is_not_copied()
    {
        var plan = Plan([], Store(A, HostA), Kernel([], [A])) with { Buffers = [.. Buffers.Select(b => b with { Bytes = 0, Dims = [0] })] };
        var waits = CopyWaits.Of(plan, [.. plan.Buffers.Select(b => b.Offset)]);
        Assert.That((waits.Count, waits.Before(1)), Is.EqualTo((0, -1)));
    }

    private static void AssertWaits(PlanLoop[] loops, int[] expected, params PlanStep[] steps)
    {
        var waits = CopyWaits.Of(Plan(loops, steps), [.. Buffers.Select(b => b.Kind == BufferKind.State ? 1 << 20 : b.Offset)]);
        Assert.That(Enumerable.Range(0, steps.Length).Select(waits.Before), Is.EqualTo(expected));
    }

    private static ExecutionPlan Plan(PlanLoop[] loops, params PlanStep[] steps) => new("p", 256, 0, ["kernel"], Buffers, steps, []) { Loops = loops };

    private static PlanStep Kernel(int[] read, int[] written) => new(0, [.. read.Union(written)], 1, true) { Writes = written };

    private static PlanStep Store(int from, int to) => new(PlanStep.Transfer, [from, to], 1, false) { Writes = [to] };

    private static PlanStep Fetch(int from, int to) => Store(from, to);

    private static PlanBuffer Buffer(string name, BufferKind kind, long bytes, long offset) => new(name, kind, DType.UInt8, [bytes], bytes, offset);
}
