using System.Reflection;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;
using ILGPU;

namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>
/// A test double of a GPU: runs a program compiled for one, kernel by kernel, from the text that was emitted for ILGPU. It is exact
/// about groups, barriers and shared memory, and knows nothing of speed.
/// </summary>
internal sealed class DeviceDouble
{
    private readonly CompiledSource _source;
    private readonly GpuTarget _target;
    private readonly DeviceLayout _layout;
    private readonly WatchedMemory _memory;
    private readonly Action<ArrayView<byte>, ArrayView<long>, int, long>[] _kernels;
    private readonly bool[] _hasBarriers;

    private DeviceDouble(CompiledSource source, Type kernels, GpuTarget target)
    {
        (_source, _target) = (source, target);
        (_layout, var bytes) = Layout(source.Plan);
        _memory = new WatchedMemory("memory", bytes);
        for (var i = 0; i < _layout.Places.Count; i++) BitConverter.TryWriteBytes(_memory.Bytes[((int)_layout.Table + i * sizeof(long))..], _layout.Places[i]);
        _kernels = [.. source.Kernels.Select(k => kernels.GetMethod(k.Name, BindingFlags.Public | BindingFlags.Static)!
            .CreateDelegate<Action<ArrayView<byte>, ArrayView<long>, int, long>>())];
        _hasBarriers = [.. source.Kernels.Select(k => StatementWalk.All(k.Body).Any(s => s is GroupBarrier or WarpExchange or WarpMultiply))];
    }

    /// <param name="source">A program for a device.</param>
    /// <param name="kernels">Its kernels, compiled against this double.</param>
    /// <param name="target">What it was compiled for.</param>
    /// <param name="inputs">Values by label.</param>
    /// <param name="states">Values before the run; left as they are.</param>
    public static ReferenceResult Evaluate(
        CompiledSource source, Type kernels, GpuTarget target, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states)
    {
        var device = new DeviceDouble(source, kernels, target);
        foreach (var section in new[] { device._layout.Preparation, device._layout.Main }.OfType<DeviceSection>())
        {
            device.Fill(section, inputs, states);
            device.Run(section);
        }
        var main = source.Plan.Buffers.Zip(device._layout.Main.Offsets).ToArray();
        return new ReferenceResult(
            main.Where(b => b.First.Kind == BufferKind.Output).ToDictionary(b => b.First.Name, b => device.Contents(b.First, b.Second)),
            main.Where(b => b.First.Kind == BufferKind.State).ToDictionary(b => source.States[(int)b.First.Offset], b => device.Contents(b.First, b.Second)));
    }

    /// <summary>The arena, the states, and what the program alone keeps, one after the other, and their size.</summary>
    public static (DeviceLayout Layout, long Bytes) Layout(ExecutionPlan plan)
    {
        var end = Aligned(plan.ArenaBytes);
        var states = new Dictionary<int, long>();
        foreach (var state in plan.Buffers.Where(b => b.Kind == BufferKind.State).DistinctBy(b => b.Offset))
        {
            states[(int)state.Offset] = end;
            end += Aligned(state.Bytes);
        }
        return (new DeviceLayout(plan, 0, end, state => states[state]), end + DeviceLayout.OwnBytes(plan));

        static long Aligned(long bytes) => (bytes + DeviceLayout.Alignment - 1) / DeviceLayout.Alignment * DeviceLayout.Alignment;
    }

    private void Fill(DeviceSection section, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states)
    {
        foreach (var (buffer, offset) in section.Plan.Buffers.Zip(section.Offsets))
        {
            var bytes = buffer.Kind switch
            {
                BufferKind.Input => inputs[buffer.Name].Bytes,
                BufferKind.State => states[_source.States[(int)buffer.Offset]].Bytes,
                BufferKind.Constant => section.Plan.Constants[(int)buffer.Offset],
                _ => default,
            };
            bytes.CopyTo(_memory.Bytes[(int)offset..]);
        }
    }

    private Literal Contents(PlanBuffer buffer, long offset) =>
        Literal.Of(new TensorType(buffer.Type, Shape.Of([.. buffer.Dims])), _memory.Bytes.Slice((int)offset, (int)buffer.Bytes));

    private void Run(DeviceSection section)
    {
        var plan = section.Plan;
        Steps(0, plan.Steps.Count, plan.Loops, 0);

        void Steps(int first, int end, IReadOnlyList<PlanLoop> loops, long iteration)
        {
            for (var index = first; index < end; index++)
            {
                if (loops.Index().FirstOrDefault(l => l.Item.FirstStep == index) is { Item: { } loop } found)
                {
                    for (long i = 0; i < loop.Iterations && Holds(loop.Condition); i++)
                        Steps(loop.FirstStep, loop.End, loops.Skip(found.Index + 1).Where(loop.Contains).ToArray(), LoopIteration.Within(iteration, loop, i));
                    index = loop.End - 1;
                    continue;
                }
                Launch(plan.Steps[index], section.FirstPlaces[index], iteration);
            }
        }

        bool Holds(PlanCondition? condition) =>
            condition is null || _memory.Bytes[(int)section.Offsets[condition.Buffer]] != 0 == condition.Value;
    }

    private void Launch(PlanStep step, int first, long iteration)
    {
        _memory.BeginLaunch();
        var (memory, places) = (new ArrayView<byte>(_memory, 0, _memory.Bytes.Length), new ArrayView<long>(_memory, _layout.Table, _layout.Places.Count));
        var kernel = _kernels[step.Kernel];
        new GroupRun(_source.Kernels[step.Kernel].Threads, _target.WarpThreads, () => kernel(memory, places, first, iteration)).Run(step.Tasks, _hasBarriers[step.Kernel]);
    }
}
