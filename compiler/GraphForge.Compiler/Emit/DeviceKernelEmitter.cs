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
            foreach (var buffer in WideBuffers())
                Writer.Line($"var {Locals.DeclareWide(buffer)} = {Locals.Place(buffer, 0, null).Buffer}.Cast<{WideAccess.TypeName(buffer)}>().AsAligned({WideAccess.Lanes * buffer.Type.Size()});");
            DeclareCounters();
            foreach (var (variable, value) in new[] { (Kernel.Body.Variable, "Grid.IdxX"), (Kernel.Group!.Variable, "Group.IdxX") })
            {
                Writer.Line($"{IndexType} {Locals.Variable(variable)} = {value};");
                Bind(variable);
            }
            WriteLoopBody(Kernel.Group!);
        }
    }

    /// <summary>Buffers of which four neighbours are read or written at once.</summary>
    private IEnumerable<LoopBuffer> WideBuffers()
    {
        var wide = StatementWalk.All(Kernel.Body).OfType<For>().Where(f => f.Kind == LoopKind.Vector).SelectMany(f => Block.Of(f.Body).Statements.Cast<Store>()
            .SelectMany(s => WideAccess.Unguarded(s.Value).Select(l => (l.Buffer, l.Index)).Append((s.Buffer, s.Index)))
            .Where(a => WideAccess.Is(a.Buffer, a.Index, f.Variable)).Select(a => a.Buffer)).ToHashSet();
        var shared = Block.Of(Kernel.Body.Body).Statements.OfType<Allocate>().Select(a => a.Buffer);
        return Kernel.Arguments.Concat(shared).Where(wide.Contains);
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
        switch (statement)
        {
            case GroupBarrier:
                Writer.Line("Group.Barrier();");
                // What was read may have been changed by another thread.
                _expressions.Scope.InvalidateAll(_changing);
                break;
            case WarpExchange exchange:
                Writer.Line($"{Locals.Register(exchange.Target, 0).Name} = Warp.ShuffleXor({Locals.Register(exchange.Source, 0).Name}, {exchange.Distance});");
                _expressions.Scope.Invalidate(exchange.Target);
                // What follows is the next of several alike steps, over other values.
                _expressions.Scope.Uses.Clear();
                _fresh.Remove(exchange.Target);
                break;
            case WarpMultiply product:
                Multiply(product);
                break;
            case For { Kind: LoopKind.Vector } vector:
                _expressions.InBlock(() => WriteVector(vector.Variable, [.. Block.Of(vector.Body).Statements.Cast<Store>()]));
                break;
            default:
                base.Write(statement);
                break;
        }
    }

    private void Multiply(WarpMultiply product)
    {
        var words = product.Left.Concat(product.Right).Select(_expressions.ScalarValue).ToArray();
        var sums = Enumerable.Range(product.First, WarpMultiply.Sums).Select(i => $"ref {Locals.Register(product.Target, i).Name}");
        Writer.Line($"TensorCores.{(product.Element == DType.Float32 ? "Multiply" : $"Multiply{product.Element}")}({string.Join(", ", sums.Concat(words))});");
        _expressions.Scope.Invalidate(product.Target);
        _fresh.Remove(product.Target);
    }

    /// <summary>The lanes of a vector one by one: what all of them read, then all they compute, then what all of them store.</summary>
    private void WriteVector(LoopVar lane, IReadOnlyList<Store> stores)
    {
        var values = stores.Select(s => Enumerable.Range(0, WideAccess.Lanes).Select(i => s.Value.Substitute(At(i))).ToArray()).ToArray();
        _expressions.Scope.CountUses(values.SelectMany(v => v));
        foreach (var load in stores.SelectMany(s => WideAccess.Unguarded(s.Value)).Distinct().Where(l => IsWide(l.Buffer, l.Index, lane)))
        {
            var four = Locals.Names.Unique($"{load.Buffer.Name}Four");
            Writer.Line($"var {four} = {WideElement(load.Buffer, load.Index, lane)};");
            for (var i = 0; i < WideAccess.Lanes; i++) _expressions.Scope.Remember(load.Substitute(At(i)), 0, Named(load.Buffer, ScalarCode.Load(load.Buffer.Type, $"{four}.E{i}")));
        }
        var texts = stores.Select((s, n) => values[n].Select(v => Stored(s.Buffer, _expressions.ScalarValue(v))).ToArray()).ToArray();
        foreach (var (store, text) in stores.Zip(texts))
            if (IsWide(store.Buffer, store.Index, lane)) Writer.Line($"{WideElement(store.Buffer, store.Index, lane)} = Wide.Of({string.Join(", ", text)});");
            else
                for (var i = 0; i < WideAccess.Lanes; i++) Writer.Line($"{Place(store.Buffer, store.Index.Substitute(At(i)))} = {text[i]};");

        foreach (var store in stores)
        {
            _expressions.Scope.InvalidateAll(new HashSet<LoopBuffer> { store.Buffer });
            _fresh.Remove(store.Buffer);
        }

        Dictionary<LoopVar, IndexExpr> At(int i) => new() { [lane] = i };
    }

    private bool IsWide(LoopBuffer buffer, IndexExpr index, LoopVar lane) => !Locals.IsRegister(buffer) && WideAccess.Is(buffer, index, lane);

    private string Place(LoopBuffer buffer, IndexExpr index) => Locals.IsRegister(buffer) ? Locals.Register(buffer, index).Name : _expressions.Element(buffer, index);

    private string Stored(LoopBuffer buffer, string value) => Locals.IsRegister(buffer) ? value : ScalarCode.Store(buffer.Type, value);

    /// <summary>A value that is more than a field gets a name.</summary>
    private string Named(LoopBuffer buffer, string text)
    {
        if (!text.Contains('(')) return text;
        var name = Locals.Names.Unique($"{buffer.Name}Value");
        Writer.Line($"var {name} = {text};");
        return name;
    }

    private string WideElement(LoopBuffer buffer, IndexExpr index, LoopVar lane) =>
        $"{Locals.WideName(buffer)}[{_expressions.Index(WideAccess.First(index, lane) / WideAccess.Lanes)}]";

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
        var isZero = store is { Accumulate: null, Value: ConstantExpr { IsZero: true } };
        if (isZero && _fresh.TryGetValue(store.Buffer, out var loops) && loops == _loops) return;
        _fresh.Remove(store.Buffer);
        base.WriteStore(s, value);
    }

    protected override string Address(LoopBuffer buffer, IndexExpr position) => _expressions.Index(position);

    protected override bool TryFlattenVector(For vector, List<LaneStore> run) => false;

    protected override string Combined(LaneStore s, string current, string value) =>
        IlgpuScalars.Instance.Binary(Reduction.Combine(s.Store.Accumulate!.Value), s.Store.Buffer.Type.Arithmetic(), current, value);
}
