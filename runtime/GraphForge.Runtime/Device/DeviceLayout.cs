namespace GraphForge.Runtime.Device;

/// <summary>
/// Where everything a program needs stands in one block of a device's memory: its arena; what it alone keeps (the values it prepares, its
/// constants, the table of places); and the states, which programs share. Kernels find their buffers by the table.
/// </summary>
public sealed class DeviceLayout
{
    /// <summary>The arena, states and constants start on a multiple of this many bytes: what a warp reads at a time, twice.</summary>
    public const int Alignment = 256;

    private readonly List<long> _places = [];
    private readonly Func<int, long> _states;

    /// <param name="plan">The program.</param>
    /// <param name="arena">Byte offset of its arena.</param>
    /// <param name="own">Byte offset of what it alone keeps, <see cref="OwnBytes"/> in all.</param>
    /// <param name="states">Byte offset of each state.</param>
    public DeviceLayout(ExecutionPlan plan, long arena, long own, Func<int, long> states)
    {
        (_states, var end) = (states, own);
        if (plan.Preparation is { } preparation)
        {
            end += Aligned(preparation.ArenaBytes);
            Preparation = Section(preparation, own, [], ref end);
        }
        var prepared = Preparation?.Plan.Buffers.Zip(Preparation.Offsets).Where(b => b.First.Kind == BufferKind.Output).Select(b => b.Second).ToArray();
        Main = Section(plan, arena, prepared ?? [], ref end);
        Table = end;
    }

    /// <summary>The program.</summary>
    public DeviceSection Main { get; }

    /// <summary>What is done once; null where nothing is.</summary>
    public DeviceSection? Preparation { get; }

    /// <summary>For each step of the sections that calls a kernel the byte offsets of its buffers, in the kernel's argument order.</summary>
    public IReadOnlyList<long> Places => _places;

    /// <summary>Byte offset of the table of <see cref="Places"/>.</summary>
    public long Table { get; }

    /// <summary>Bytes that a program alone keeps from run to run.</summary>
    public static long OwnBytes(ExecutionPlan plan)
    {
        var layout = new DeviceLayout(plan, 0, 0, _ => 0);
        return Aligned(layout.Table + layout.Places.Count * sizeof(long));
    }

    /// <summary>
    /// Bytes that a program holds of a device's memory where no other shares its states: <see cref="OwnBytes"/>, room for the next inputs of a
    /// training, states and arena.
    /// </summary>
    public static long HeldBytes(ExecutionPlan plan) =>
        Ranged(OwnBytes(plan) + StagedInputs.Bytes(StagedInputs.Of(plan))) + plan.Buffers.Where(b => b.Kind == BufferKind.State).Sum(b => Ranged(b.Bytes)) + plan.ArenaBytes;

    /// <summary>What something that lasts takes: an empty one has a place too.</summary>
    internal static long Ranged(long bytes) => Aligned(Math.Max(1, bytes));

    internal static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private DeviceSection Section(ExecutionPlan plan, long arena, long[] prepared, ref long end)
    {
        var constants = new long[plan.Constants.Count];
        for (var i = 0; i < constants.Length; i++)
        {
            constants[i] = end;
            end += Aligned(plan.Constants[i].Length);
        }
        var offsets = plan.Buffers.Select(b => b.Kind switch
        {
            BufferKind.State => _states((int)b.Offset),
            BufferKind.Constant => constants[b.Offset],
            BufferKind.Prepared => prepared[b.Offset],
            BufferKind.Host => b.Offset,
            _ => arena + b.Offset,
        }).ToArray();
        var first = new int[plan.Steps.Count];
        foreach (var (i, step) in plan.Steps.Index())
        {
            first[i] = _places.Count;
            if (step.Kernel != PlanStep.Transfer) _places.AddRange(step.Buffers.Select(b => offsets[b]));
        }
        return new DeviceSection(plan, offsets, first);
    }
}
