using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Kernels that break one invariant each, and the problem the verifier or the interpreter names.</summary>
public class LoopVerifierTests
{
    private static readonly LoopBuffer Result = new("y", DType.Float32, 8);
    private static readonly LoopBuffer Operand = new("x", DType.Float32, 8);
    private static readonly LoopVar Task = new("task", 2);
    private static readonly LoopVar I = new("i", 4);
    private static readonly LoopVar Lane = new("lane", 4, isLane: true);

    private static IEnumerable<TestCaseData> BrokenKernels()
    {
        yield return Case(new Store(Result, I, Load(0)), "i in i is bound by no loop");
        yield return Case(new Store(new LoopBuffer("z", DType.Float32, 8), 0, Load(0)), "z is neither an argument nor declared");
        yield return Case(Each(new Store(Result, (IndexExpr)I * 2 + (IndexExpr)Task * 2, Load(I))), "y[i * 2 + task * 2] reaches from 0 to 8, of 8 elements");
        yield return Case(Each(new Store(Result, I, Load((IndexExpr)I - 1))), "x[i + -1] reaches from -1 to 2, of 8 elements");
        yield return Case(new Store(Result, 0, new ConvertExpr(DType.Int32, Load(0))), "Int32 stored in y, which holds Float32");
        yield return Case(new Store(Result, 0, new ReduceExpr(ReduceFunction.Sum, [I], Load(I))), "a reduction is left");
        yield return Case(new For(new LoopVar("lane", 8, isLane: true), LoopKind.Vector, new Block([])), "vector loop over 8 elements of 4 lanes");
        yield return Case(new For(Lane, LoopKind.Vector, new Store(Result, 0, Load(Lane))), "each lane stores another value in y[0]");
        var register = new LoopBuffer("r", DType.Float32, 4);
        yield return Case(Block.Of(new Allocate(register, BufferPlace.Register), Each(new Store(register, I, Load(I)))), "register r is indexed by i, which is not constant");
        yield return Case(Block.Of(new Allocate(register, BufferPlace.Register), new Routine("F", new Store(register, 0, Load(0)))), "r is neither an argument nor declared");
        var scratch = new LoopBuffer("s", DType.Float32, 4);
        yield return Case(new Routine("F", new Allocate(scratch, BufferPlace.Scratch)), "F declares scratch memory or calls another routine");
        yield return Case(new Prefetch(scratch, 0), "s is neither an argument nor declared");
    }

    [TestCaseSource(nameof(BrokenKernels))]
    public void Broken_kernels_are_refused(Statement body, string problem) => Assert.That(
        () => LoopVerifier.Verify(Kernel(body)), Throws.TypeOf<InternalCompilerException>().With.Message.Contains(problem));

    [Test]
    public void Guarded_and_limited_accesses_are_trusted()
    {
        var before = (IndexExpr)I - 1;
        var guarded = SelectExpr.Of(InBoundsExpr.Of(before, 0, 8), Load(before), Load(0));
        var limited = new LoopVar("j", 6);
        var index = (IndexExpr)Task * 6 + limited;
        Assert.That(() => LoopVerifier.Verify(Kernel(Block.Of(
            Each(new Store(Result, I, guarded)),
            new For(limited, LoopKind.Serial, new Store(Result, index, Load(index)), 8 - (IndexExpr)Task * 6)))), Throws.Nothing);
    }

    [Test]
    public void Memory_beyond_the_end_may_be_asked_for() =>
        Assert.That(() => LoopVerifier.Verify(Kernel(new Prefetch(Operand, 100))), Throws.Nothing);

    [Test]
    public void Tasks_that_write_one_element_are_found() => Assert.That(
        () => Interpret(new Store(Result, 3, Load(0))), Throws.InvalidOperationException.With.Message.EqualTo("tasks 0 and 1 both write y[3]"));

    [Test]
    public void A_register_without_a_value_is_found()
    {
        var register = new LoopBuffer("r", DType.Float32, 4);
        var lanes = new For(Lane, LoopKind.Vector, new Store(register, Lane, Load(Lane), ReduceFunction.Sum));
        Assert.That(() => Interpret(Block.Of(new Allocate(register, BufferPlace.Register, isVector: true), lanes)),
            Throws.InvalidOperationException.With.Message.EqualTo("r[0] is read before it is written"));
    }

    private static void Interpret(Statement body) => LoopInterpreter.Run(Kernel(body),
        [new WatchedBuffer("y", new TensorType(DType.Float32, [8])), new WatchedBuffer("x", Literal.Of<float>(new float[8], 8))], []);

    private static TestCaseData Case(Statement body, string problem) => new TestCaseData(body, problem).SetArgDisplayNames(problem);

    private static For Each(Statement body) => new(I, LoopKind.Serial, body);

    private static LoadExpr Load(IndexExpr index) => new(Operand, index);

    private static LoopKernel Kernel(Statement body) => new("K", [], [Result, Operand], new For(Task, LoopKind.Parallel, body), 4);
}
