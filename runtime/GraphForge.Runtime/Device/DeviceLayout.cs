namespace GraphForge.Runtime.Device;

/// <summary>
/// Where everything a program needs stands in one block of a device's memory: the arena, then that of the preparation, states and
/// constants. Kernels find their buffers by a table of these places.
/// </summary>
public sealed class DeviceLayout
{
    /// <summary>Every buffer starts on a multiple of this many bytes: what a warp reads at a time, twice.</summary>
    public const int Alignment = 256;

    private readonly List<long> _places = [];
    private readonly Dictionary<long, long> _states = [];

    private DeviceLayout(ExecutionPlan plan)
    {
        var end = Aligned(plan.ArenaBytes);
        var preparationStart = end;
        if (plan.Preparation is { } preparation) end += Aligned(preparation.ArenaBytes);
        foreach (var state in plan.Buffers.Where(b => b.Kind == BufferKind.State))
        {
            _states[state.Offset] = end;
            end += Aligned(state.Bytes);
        }
        if (plan.Preparation is { } section)
        {
            Preparation = Section(section, preparationStart, [], ref end);
            var outputs = section.Buffers.Zip(Preparation.Offsets).Where(b => b.First.Kind == BufferKind.Output).Select(b => b.Second).ToArray();
            Main = Section(plan, 0, outputs, ref end);
        }
        else Main = Section(plan, 0, [], ref end);
        Bytes = Math.Max(Alignment, end);
    }

    /// <summary>Size of the block.</summary>
    public long Bytes { get; }

    /// <summary>The program.</summary>
    public DeviceSection Main { get; }

    /// <summary>What is done once; null where nothing is.</summary>
    public DeviceSection? Preparation { get; }

    /// <summary>For each step of the sections the byte offsets of its buffers, in the kernel's argument order.</summary>
    public IReadOnlyList<long> Places => _places;

    public static DeviceLayout Of(ExecutionPlan plan) => new(plan);

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

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
            BufferKind.State => _states[b.Offset],
            BufferKind.Constant => constants[b.Offset],
            BufferKind.Prepared => prepared[b.Offset],
            _ => arena + b.Offset,
        }).ToArray();
        var first = new int[plan.Steps.Count];
        foreach (var (i, step) in plan.Steps.Index())
        {
            first[i] = _places.Count;
            _places.AddRange(step.Buffers.Select(b => offsets[b]));
        }
        return new DeviceSection(plan, offsets, first);
    }
}
