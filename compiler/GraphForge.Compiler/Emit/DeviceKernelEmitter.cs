using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// Writes one kernel as an explicitly grouped method for ILGPU. All kernels have one signature: the memory of the program, the
/// places of its buffers in there, where those of the step begin, and how often the loops around the step have run, as one number.
/// </summary>
internal sealed class DeviceKernelEmitter : KernelEmitter
{
    private readonly DeviceExpressions _expressions;
    private readonly HashSet<LoopBuffer> _changing;

    /// <summary>Registers that still hold what they were declared with, and how many loops were around that.</summary>
    private readonly Dictionary<LoopBuffer, int> _fresh = [];
    private int _loops;

    private DeviceKernelEmitter(LoopKernel kernel, CodeWriter writer, KernelLocals locals, DeviceExpressions expressions, bool hasShortIndices)
        : base(kernel, writer, locals, expressions)
    {
        _expressions = expressions;
        IndexType = hasShortIndices ? "int" : "long";
        _changing = [.. StatementWalk.All(kernel.Body).OfType<Store>().Select(s => s.Buffer)];
    }

    protected override string IndexType { get; }

    /// <param name="kernel">The kernel.</param>
    /// <param name="depth">Indentation.</param>
    public static string Write(LoopKernel kernel, int depth)
    {
        var (writer, locals) = (new CodeWriter(depth), new KernelLocals(kernel.Lanes, "memory", "places", "first", "iteration"));
        var hasShortIndices = IndexWidth.FitsInt(kernel);
        new DeviceKernelEmitter(kernel, writer, locals, new DeviceExpressions(writer, locals, hasShortIndices), hasShortIndices).Write();
        return writer.ToString();
    }

    private void Write()
    {
        foreach (var line in Kernel.Summary) Writer.Line($"/// {line}");
        Writer.Line($"/// <remarks>Groups of {Kernel.Threads} threads, {Kernel.Tasks} of them; {Kernel.SharedBytes} bytes of shared memory.</remarks>");
        using (Writer.Open($"public static void {Kernel.Name}(ArrayView<byte> memory, ArrayView<long> places, int first, long iteration)"))
        {
            foreach (var (i, argument) in Kernel.Arguments.Index())
                Writer.Line($"var {Locals.Declare(argument)} = memory.SubView(places[first + {i}], {argument.Count * argument.Type.Size()}L).Cast<{ScalarCode.StorageName(argument.Type)}>();");
            foreach (var allocate in Block.Of(Kernel.Body.Body).Statements.OfType<Allocate>()) WriteAllocate(allocate);
            DeclareCounters();
            foreach (var (variable, value) in new[] { (Kernel.Body.Variable, "Grid.IdxX"), (Kernel.Group!.Variable, "Group.IdxX") })
            {
                Writer.Line($"{IndexType} {Locals.Variable(variable)} = {value};");
                Bind(variable);
            }
            WriteLoopBody(Kernel.Group!);
        }
    }

    /// <summary>The iterations at work of the plan's loops around the kernel, see <see cref="LoopIteration"/>.</summary>
    private void DeclareCounters()
    {
        var used = StatementWalk.Variables(Kernel.Body);
        var stride = 1L;
        foreach (var counter in Kernel.Counters.Reverse())
        {
            if (used.Contains(counter))
            {
                Writer.Line($"var {Locals.Variable(counter)} = ({IndexType})(iteration / {stride} % {LoopIteration.Radix(counter.Extent)});");
                Bind(counter);
            }
            stride = checked(stride * LoopIteration.Radix(counter.Extent));
        }
    }

    protected override void Write(Statement statement)
    {
        if (statement is not GroupBarrier)
        {
            base.Write(statement);
            return;
        }
        Writer.Line("Group.Barrier();");
        // What was read may have been changed by another thread.
        _expressions.Scope.InvalidateAll(_changing);
    }

    protected override void WriteLoop(For loop)
    {
        // Likewise by another thread in the iteration before.
        if (StatementWalk.All(loop.Body).Any(s => s is GroupBarrier)) _expressions.Scope.InvalidateAll(_changing);
        _loops++;
        base.WriteLoop(loop);
        _loops--;
    }

    protected override void WriteAllocate(Allocate allocate)
    {
        var buffer = allocate.Buffer;
        if (allocate.Place == BufferPlace.Shared)
        {
            Writer.Line($"var {Locals.Declare(buffer)} = SharedMemory.Allocate<{ScalarCode.StorageName(buffer.Type)}>({buffer.Count});");
            return;
        }
        // Threads may skip what sets a register up, as they skip what uses it; the compiler must not mind.
        var (type, names) = Locals.DeclareRegister(allocate);
        var zero = ScalarCode.Literal(Scalar.Of(buffer.Type.Arithmetic(), 0L));
        _fresh[buffer] = _loops;
        foreach (var chunk in names.Chunk(8)) Writer.Line($"{type} {string.Join(", ", chunk.Select(name => $"{name} = {zero}"))};");
    }

    protected override void WriteStore(LaneStore s, string value)
    {
        var store = s.Store;
        var isZero = store is { Accumulate: null, Value: ConstantExpr { Value: var constant } } && constant.Equals(Scalar.Of(constant.DType, 0L));
        if (isZero && _fresh.TryGetValue(store.Buffer, out var loops) && loops == _loops) return;
        _fresh.Remove(store.Buffer);
        base.WriteStore(s, value);
    }

    protected override string Address(LoopBuffer buffer, IndexExpr position) => _expressions.Index(position);

    protected override bool TryFlattenVector(For vector, List<LaneStore> run) =>
        throw new InternalCompilerException("emit", $"a vector loop in {Kernel.Name}, a kernel of a device");

    protected override string Combined(LaneStore s, string current, string value) =>
        IlgpuScalars.Instance.Binary(Reduction.Combine(s.Store.Accumulate!.Value), s.Store.Buffer.Type.Arithmetic(), current, value);
}
