using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>Kernels of a device that break one invariant each, and the problem the verifier names.</summary>
public class GroupVerifierTests
{
    private static readonly LoopBuffer Result = new("y", DType.Float32, 8), Shared = new("s", DType.Float32, 4);
    private static readonly LoopBuffer Mine = new("mine", DType.Float32, 1), Other = new("other", DType.Float32, 1);
    private static readonly LoopVar Group = new("group", 2), Thread = new("thread", 4), I = new("i", 4);
    private static readonly Expr One = new ConstantExpr(Scalar.Of(DType.Float32, 1.0));

    private static IEnumerable<TestCaseData> BrokenKernels()
    {
        var first = InBoundsExpr.Of(Thread, 0, 1);
        yield return Case(Threads(new If(first, new GroupBarrier())), "a barrier under (0 <= thread < 1), which not all threads may meet");
        yield return Case(Threads(new For(I, LoopKind.Serial, new GroupBarrier(), (IndexExpr)4 - Thread)),
            "a barrier in loop i < thread * -1 + 4, which threads may leave one after another");
        yield return Case(Threads(new If(new BinaryExpr(BinaryFunction.Less, One, new LoadExpr(Result, 0)), new GroupBarrier())),
            "a barrier under (1 < y[0]), which not all threads may meet");
        yield return Case(Threads(Exchange(new If(first, new WarpExchange(Other, Mine, 1)))), "a barrier under (0 <= thread < 1), which not all threads may meet");
        yield return Case(Threads(Exchange(new WarpExchange(Other, Mine, 3))), "threads 3 apart of 4 exchange");
        yield return Case(Threads(Exchange(new WarpExchange(Other, Mine, 4))), "threads 4 apart of 4 exchange");
        yield return Case(Threads(Exchange(new WarpExchange(Other, Other, 1))), "other is exchanged into other");
        yield return Case(Threads(Exchange(new WarpExchange(Other, Result, 1))), "y is exchanged");
        yield return Case(Threads(new Allocate(Shared, BufferPlace.Shared)), "shared memory is declared inside a thread");
        yield return Case(Threads(new Allocate(Shared, BufferPlace.Scratch)), "a device has no scratch memory");
        yield return Case(Block.Of(new Store(Result, Group, One), Threads(new Store(Result, Thread, One))), "a grid holds shared memory and one loop over threads");
        yield return Case(Block.Of(new Allocate(Shared, BufferPlace.Shared), Threads(new Store(Shared, (IndexExpr)Thread + 1, One))), "s[thread + 1] reaches from 1 to 4, of 4 elements");
    }

    [TestCaseSource(nameof(BrokenKernels))]
    public void Broken_kernels_are_refused(Statement body, string problem) => Assert.That(
        () => LoopVerifier.Verify(Kernel(body)), Throws.TypeOf<InternalCompilerException>().With.Message.Contains(problem));

    [Test]
    public void Barriers_that_all_threads_reach_are_allowed()
    {
        var even = InBoundsExpr.Of(Group, 0, 1);
        var body = Block.Of(new Store(Shared, Thread, One), new If(even, new GroupBarrier()), new For(I, LoopKind.Serial, new GroupBarrier(), (IndexExpr)4 - Group));
        Assert.That(() => LoopVerifier.Verify(Kernel(Block.Of(new Allocate(Shared, BufferPlace.Shared), Threads(body)))), Throws.Nothing);
    }

    [Test]
    public void Kernels_of_the_CPU_have_no_barriers() => Assert.That(
        () => LoopVerifier.Verify(new LoopKernel("K", [], [Result], new For(Group, LoopKind.Parallel, new GroupBarrier()), 1)),
        Throws.TypeOf<InternalCompilerException>().With.Message.Contains("a barrier outside of a group"));

    private static TestCaseData Case(Statement body, string problem) => new TestCaseData(body, problem).SetArgDisplayNames(problem);

    private static Block Exchange(Statement exchange) => Block.Of(
        new Allocate(Mine, BufferPlace.Register), new Allocate(Other, BufferPlace.Register), new Store(Mine, 0, One), exchange);

    private static For Threads(Statement body) => new(Thread, LoopKind.Group, body);

    private static LoopKernel Kernel(Statement body) => new("K", [], [Result], new For(Group, LoopKind.Grid, body), 1);
}
