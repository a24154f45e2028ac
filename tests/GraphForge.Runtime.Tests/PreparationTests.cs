using System.Runtime.InteropServices;

namespace GraphForge.Runtime.Tests;

/// <summary>A program that prepares w² from a state w, and computes x · w² in a run.</summary>
public sealed unsafe class PreparationTests
{
    /// <summary>Elements, and tasks of every step.</summary>
    private const int Size = 64;

    [Test]
    public void Values_are_computed_once_for_all_runs_and_contexts()
    {
        using var counter = new Counter();
        var program = Squaring(State(3), counter);
        using var first = program.Rent();
        using var second = program.Rent();
        Assert.That(new[] { Run(first, 2), Run(second, 5), Run(first, 1) }, Is.EqualTo(new[] { 18, 45, 9 }));
        Assert.That(counter.Value, Is.EqualTo(Size));
    }

    [TestCaseSource(nameof(Changes))]
    public void A_run_after_a_change_of_a_state_sees_it(Action<StateBuffer> change, int squared)
    {
        using var counter = new Counter();
        var w = State(3);
        var program = Squaring(w, counter);
        using var context = program.Rent();
        Run(context, 1);
        change(w);
        Assert.That(new[] { Run(context, 1), Run(context, 2) }, Is.EqualTo(new[] { squared, 2 * squared }));
        Assert.That(counter.Value, Is.EqualTo(2 * Size));
    }

    [Test]
    public void A_change_of_another_state_is_none()
    {
        using var counter = new Counter();
        var program = Squaring(State(3), counter);
        using var context = program.Rent();
        Run(context, 1);
        State(4).CopyFrom<int>(new int[Size]);
        Assert.That(Run(context, 1), Is.EqualTo(9));
        Assert.That(counter.Value, Is.EqualTo(Size));
    }

    [Test]
    public void Runs_that_read_a_state_leave_it_as_it_is()
    {
        using var counter = new Counter();
        var w = State(3);
        var (program, other) = (Squaring(w, counter), Squaring(w, counter));
        using var context = program.Rent();
        using var otherContext = other.Rent();
        Assert.That(new[] { Run(context, 1), Run(otherContext, 1), Run(context, 1) }, Is.EqualTo(new[] { 9, 9, 9 }));
        Assert.That(counter.Value, Is.EqualTo(2 * Size));
    }

    [Test]
    public void After_a_preparation_that_failed_the_next_run_prepares()
    {
        var w = State(0);
        var program = Program(w, &Kernels.Divide);
        using var context = program.Rent();
        Assert.That(() => Run(context, 1), Throws.TypeOf<DivideByZeroException>());
        Assert.That(() => Run(context, 1), Throws.TypeOf<DivideByZeroException>());
        w.Edit<int>(elements => elements.Fill(5));
        Assert.That(Run(context, 1), Is.EqualTo(20));
    }

    [Test]
    public void Of_runs_that_begin_together_after_a_change_one_prepares_and_all_see_it([Values(1, 2)] int threads)
    {
        using var counter = new Counter();
        var w = State(1);
        var program = Squaring(w, counter, threads);
        // A round begins when all are there, which is when nobody runs.
        using var together = new Barrier(4, round => w.Edit<int>(elements => elements.Fill((int)round.CurrentPhaseNumber + 2)));
        var wrong = 0;
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            using var context = program.Rent();
            for (var round = 2; round < 202; round++)
            {
                together.SignalAndWait();
                if (Run(context, 2) != 2 * round * round) Interlocked.Increment(ref wrong);
            }
        })).ToArray();
        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) caller.Join();
        Assert.That(wrong, Is.Zero);
        Assert.That(counter.Value, Is.EqualTo(200 * Size));
    }

    [Test]
    public void Preparing_allocates_nothing([Values(1, 2)] int threads)
    {
        using var counter = new Counter();
        var w = State(3);
        var program = Squaring(w, counter, threads);
        using var context = program.Rent();
        Run(context, 1);
        var values = Enumerable.Repeat(4, Size).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            w.CopyFrom<int>(values);
            context.Run();
            context.Run();
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(counter.Value, Is.EqualTo(11 * Size));
    }

    [Test]
    public void An_overrun_of_the_preparation_is_found()
    {
        var program = Program(State(3), &PastTheEnd, poison: true);
        using var context = program.Rent();
        Assert.That(() => Run(context, 1), Throws.TypeOf<MemoryOverrunException>().With.Message.EqualTo(
            "Kernel 'prepare' (step 0 of program 'preparation') wrote outside the arena."));
    }

    [Test]
    public void States_of_the_preparation_must_be_given()
    {
        var plan = Plan(State(1));
        var steps = new[] { new PlanStep(1, [0, 2], Size, true) { Writes = [2] } };
        Assert.That(
            () => new CompiledProgram(plan with { Steps = steps }, [1, 1], [], 1, null), Throws.ArgumentException.With.Message.EqualTo(
                "State 0 'w' of plan 'preparation' is int32[64] but only 0 states were given. (Parameter 'states')"));
    }

    private static IEnumerable<TestCaseData> Changes() =>
    [
        Change("values", 16, w => w.CopyFrom<int>(Enumerable.Repeat(4, Size).ToArray())),
        Change("bytes", 25, w => w.CopyFromBytes(MemoryMarshal.AsBytes<int>(Enumerable.Repeat(5, Size).ToArray()))),
        Change("edit", 36, w => w.Edit<int>(elements => elements.Fill(6))),
        Change("edit that throws", 49, w => Assert.That(() => w.Edit<int>(elements =>
        {
            elements.Fill(7);
            throw new NotSupportedException();
        }), Throws.TypeOf<NotSupportedException>())),
        Change("run", 100, w =>
        {
            var sketch = new PlanSketch();
            sketch.Step(sketch.Kernel("ten", &Ten), [sketch.State(w)], Size, writes: [0]);
            using var context = sketch.Compile().Rent();
            context.Run();
        }),
        Change("run that throws", 100, w =>
        {
            var sketch = new PlanSketch();
            sketch.Step(sketch.Kernel("ten", &TenAndThrow), [sketch.State(w)], 1, writes: [0]);
            using var context = sketch.Compile().Rent();
            Assert.That(context.Run, Throws.TypeOf<NotSupportedException>());
        }),
    ];

    private static TestCaseData Change(string name, int squared, Action<StateBuffer> change) =>
        new TestCaseData(change, squared).SetArgDisplayNames(name);

    private static StateBuffer State(int value)
    {
        var state = new StateBuffer("w", DType.Int32, [Size]);
        state.Edit<int>(elements => elements.Fill(value));
        return state;
    }

    private static int Run(RunContext context, int x)
    {
        context.InputSpan<int>(0).Fill(x);
        context.Run();
        return context.OutputSpan<int>(0).ToArray().Distinct().Single();
    }

    /// <summary>Counts the elements that are squared: the kernel finds the address of the count in a constant.</summary>
    private static CompiledProgram Squaring(StateBuffer w, Counter counter, int threads = 1) =>
        Program(w, &Square, threads, counter: BitConverter.GetBytes(counter.Address));

    private static CompiledProgram Program(
        StateBuffer w, delegate*<nint*, nint, int, int, void> prepare, int threads = 1, bool poison = false, byte[]? counter = null)
    {
        delegate*<nint*, nint, int, int, void> multiply = &Multiply;
        return new CompiledProgram(Plan(w, counter), [(nint)prepare, (nint)multiply], [w], threads, null) { Poison = poison };
    }

    private static ExecutionPlan Plan(StateBuffer w, byte[]? counter = null)
    {
        var value = new PlanBuffer("x", BufferKind.Input, DType.Int32, [Size], 4 * Size, 0);
        var preparation = new ExecutionPlan("preparation", 4 * Size, 0, ["prepare", "multiply"],
            [
                new PlanBuffer("w", BufferKind.State, DType.Int32, w.Dims, w.Bytes, 0),
                value with { Name = "w2", Kind = BufferKind.Output },
                new PlanBuffer("counter", BufferKind.Constant, DType.Int64, [], 8, 0),
            ],
            [new PlanStep(0, [0, 1, 2], Size, true) { Writes = [1] }], [counter ?? new byte[8]]);
        return new ExecutionPlan("run", 8 * Size, 0, ["prepare", "multiply"],
            [value, value with { Name = "w2", Kind = BufferKind.Prepared }, value with { Name = "y", Kind = BufferKind.Output, Offset = 4 * Size }],
            [new PlanStep(1, [0, 1, 2], Size, true) { Writes = [2] }], [])
        { Preparation = preparation };
    }

    /// <summary>(w, y, counter): y[i] = w[i]².</summary>
    private static void Square(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++) ((int*)buffers[1])[i] = ((int*)buffers[0])[i] * ((int*)buffers[0])[i];
        Interlocked.Add(ref **(int**)buffers[2], end - begin);
    }

    /// <summary>(a, b, y): y[i] = a[i] b[i].</summary>
    private static void Multiply(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++) ((int*)buffers[2])[i] = ((int*)buffers[0])[i] * ((int*)buffers[1])[i];
    }

    private static void PastTheEnd(nint* buffers, nint scratch, int begin, int end) => ((int*)buffers[1])[end] = 1;

    private static void Ten(nint* buffers, nint scratch, int begin, int end) => new Span<int>((int*)buffers[0] + begin, end - begin).Fill(10);

    private static void TenAndThrow(nint* buffers, nint scratch, int begin, int end)
    {
        Ten(buffers, scratch, 0, Size);
        throw new NotSupportedException();
    }

    private sealed class Counter : IDisposable
    {
        private readonly int* _value = (int*)NativeMemory.AllocZeroed(sizeof(int));

        public long Address => (long)_value;

        public int Value => Volatile.Read(ref *_value);

        public void Dispose() => NativeMemory.Free(_value);
    }
}
