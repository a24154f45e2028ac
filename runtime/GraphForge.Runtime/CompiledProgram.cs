using Microsoft.Extensions.ObjectPool;

namespace GraphForge.Runtime;

/// <summary>
/// A plan with its kernels and states, ready to run. Safe to use from several threads: each rents a context of its own.
/// <code>
/// using var context = program.Rent();
/// context.SetInput&lt;float&gt;(0, x);
/// context.Run();
/// context.GetOutput&lt;float&gt;(0, y);
/// </code>
/// </summary>
/// <remarks>
/// Results do not depend on the number of threads. Runs that write states, as a training step does, must follow each
/// other; runs that only read them may overlap.
/// </remarks>
public sealed class CompiledProgram : IProgram
{
    private readonly ConstantPool _constants;
    private readonly StateBuffer[] _states;
    private readonly DefaultObjectPool<RunContext> _contexts;
    private readonly PlanBuffer[] _inputs;
    private readonly PlanBuffer[] _outputs;
    private readonly StateBuffer[] _written;

    /// <summary>Made with the first context, when the settings it shares are known.</summary>
    private readonly Lazy<Preparation>? _preparation;

    /// <param name="plan">The plan; it is verified here.</param>
    /// <param name="kernels">
    /// Entry points in the order of the plan's kernel names, each a managed
    /// <c>void (nint* buffers, nint scratch, int begin, int end)</c>.
    /// </param>
    /// <param name="states">The states that the plan's state buffers index.</param>
    /// <param name="threads">Threads of a run, the caller's included; at least 1. May exceed the number of cores.</param>
    /// <param name="keepAlive">Whatever owns the kernels' code; reachable as long as the program is.</param>
    /// <exception cref="InvalidPlanException">The plan is not consistent.</exception>
    /// <exception cref="ArgumentException">Kernels or states do not fit the plan.</exception>
    public CompiledProgram(
        ExecutionPlan plan, IReadOnlyList<nint> kernels, IReadOnlyList<StateBuffer> states, int threads, object? keepAlive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        PlanVerifier.Verify(plan);
        CheckKernels(plan, kernels);
        CheckStates(plan, states);
        Plan = plan;
        Threads = threads;
        _states = [.. states];
        KernelOwner = keepAlive;
        _constants = new ConstantPool(plan.Constants);
        _inputs = [.. plan.Buffers.Where(buffer => buffer.Kind == BufferKind.Input)];
        _outputs = [.. plan.Buffers.Where(buffer => buffer.Kind == BufferKind.Output)];
        _written = [.. plan.Steps.SelectMany(step => step.Writes).Distinct().Select(index => plan.Buffers[index])
            .Where(buffer => buffer.Kind == BufferKind.State).Select(buffer => _states[buffer.Offset]).Distinct()];
        if (plan.Preparation is not null) _preparation = new(() => new Preparation(this, kernels));
        Code = PlanCode.Of(plan, kernels);
        // A team is of no use to a program whose every step is worker 0's, nor on one core.
        var isShared = threads > 1 && Environment.ProcessorCount > 1 && Code.Steps.Any(step => step.Tasks > 1);
        Team = isShared ? WorkerTeam.OfSize(threads) : null;
        _contexts = new DefaultObjectPool<RunContext>(new ContextPolicy(this));
    }

    public ExecutionPlan Plan { get; }

    /// <summary>Threads of a run, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>The plan's inputs, in the order of input indices.</summary>
    public IReadOnlyList<PlanBuffer> Inputs => _inputs;

    /// <summary>The plan's outputs, in the order of output indices.</summary>
    public IReadOnlyList<PlanBuffer> Outputs => _outputs;

    /// <summary>The states, in the order of state indices.</summary>
    public IReadOnlyList<StateBuffer> States => _states;

    /// <summary>
    /// For tests, and slow: every byte of the arena that holds no value is NaN, from the start of a run and again once the last
    /// step that is given it is done; every share of a step starts with scratch full of NaN. After each share it is checked that no
    /// byte has changed around arena and scratch, nor in the arena but in the buffers that the step was given. The shares of all
    /// workers run one after the other on the caller's thread. Renting fails where the plan puts values into bytes that are needed.
    /// </summary>
    public bool Poison { get; init; }

    internal PlanCode Code { get; }

    /// <summary>Referenced so that the kernels' code is not unloaded.</summary>
    internal object? KernelOwner { get; }

    /// <summary>Who runs the steps; null where the caller's thread does alone.</summary>
    internal WorkerTeam? Team { get; init; }

    /// <summary>Among whom the tasks of a step are shared.</summary>
    internal int Workers => Team?.Parts ?? 1;

    /// <summary>A context of the caller's own, from the pool or new. Disposing it gives it back.</summary>
    public RunContext Rent()
    {
        var context = _contexts.Get();
        context.MarkRented();
        return context;
    }

    /// <exception cref="ArgumentException">There is no such input; the message lists those there are.</exception>
    public int InputIndex(string name) => Find(_inputs, name, "input");

    /// <exception cref="ArgumentException">There is no such output; the message lists those there are.</exception>
    public int OutputIndex(string name) => Find(_outputs, name, "output");

    /// <summary>Index of an input; −1 where the plan reads none of that name.</summary>
    internal int FindInput(string name) => IndexOf(_inputs, name);

    /// <summary>Index of an output, or −1.</summary>
    internal int FindOutput(string name) => IndexOf(_outputs, name);

    int IProgram.FindInput(string name) => FindInput(name);

    int IProgram.FindOutput(string name) => FindOutput(name);

    PlanBuffer IProgram.OutputBuffer(int index) => _outputs[index];

    IProgramRun IProgram.RentRun() => Rent();

    internal void Return(RunContext context) => _contexts.Return(context);

    /// <summary>Before a run.</summary>
    internal void BringUpToDate()
    {
        if (StateBuffer.AnyElsewhere)
            foreach (var state in _states) state.BringHome();
        _preparation?.Value.BringUpToDate();
    }

    /// <summary>After a run, also one that failed.</summary>
    internal void MarkWrittenStates()
    {
        if (_written.Length > 0) StateBuffer.MarkChanged(_written);
    }

    /// <summary>Address of a buffer that is not in the arena.</summary>
    internal nint Locate(PlanBuffer buffer) => buffer.Kind switch
    {
        BufferKind.Constant => _constants.Locate(buffer.Offset),
        BufferKind.Prepared => _preparation!.Value.Locate((int)buffer.Offset),
        _ => _states[buffer.Offset].Address,
    };

    /// <summary>Allocates nothing, as runs ask for it.</summary>
    private static int IndexOf(PlanBuffer[] buffers, string name)
    {
        for (var i = 0; i < buffers.Length; i++)
            if (buffers[i].Name == name) return i;
        return -1;
    }

    private int Find(PlanBuffer[] buffers, string name, string kind)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = IndexOf(buffers, name);
        if (index >= 0) return index;
        var known = buffers.Length == 0 ? "it has none" : $"it has '{string.Join("', '", buffers.Select(buffer => buffer.Name))}'";
        throw new ArgumentException($"Program '{Plan.Name}' has no {kind} '{name}'; {known}.", nameof(name));
    }

    private static void CheckKernels(ExecutionPlan plan, IReadOnlyList<nint> kernels)
    {
        if (plan.HostBytes > 0 || plan.Steps.Any(s => s.Kernel == PlanStep.Transfer))
            throw new InvalidPlanException($"Plan '{plan.Name}' moves values between a device and the processor: load it as a {nameof(Device.DeviceProgram)}.");
        if (kernels.Count != plan.KernelNames.Count)
        {
            throw new ArgumentException(
                $"Plan '{plan.Name}' has {plan.KernelNames.Count} kernels but was given {kernels.Count}.", nameof(kernels));
        }

        for (var index = 0; index < kernels.Count; index++)
        {
            if (kernels[index] == 0)
                throw new ArgumentException($"Kernel '{plan.KernelNames[index]}' of plan '{plan.Name}' is null.", nameof(kernels));
        }
    }

    /// <exception cref="ArgumentException">States do not fit the plan.</exception>
    internal static void CheckStates(ExecutionPlan plan, IReadOnlyList<StateBuffer> states)
    {
        if (plan.Preparation is { } preparation) CheckStates(preparation, states);
        foreach (var buffer in plan.Buffers.Where(buffer => buffer.Kind == BufferKind.State))
        {
            var expected = $"State {buffer.Offset} '{buffer.Name}' of plan '{plan.Name}' is {TensorLayout.Describe(buffer.Type, buffer.Dims)}";
            if (buffer.Offset >= states.Count)
                throw new ArgumentException($"{expected} but only {states.Count} states were given.", nameof(states));
            var state = states[(int)buffer.Offset];
            if (state.Type != buffer.Type || !state.Dims.SequenceEqual(buffer.Dims))
            {
                throw new ArgumentException(
                    $"{expected} but was given '{state.Name}', {TensorLayout.Describe(state.Type, state.Dims)}.", nameof(states));
            }
        }
    }
}
