using System.Diagnostics;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Execution;
using GraphForge.Optimizers;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>
/// A model being trained. A whole step (forward, loss, backward, optimizer) is one compiled program; each batch size is
/// compiled at its first use. One step or fit runs at a time.
/// </summary>
/// <example><code>
/// using var training = Training.Compile(model, Losses.CrossEntropy, new AdamW(learningRate: 1e-3), BatchSpec.Of(train, 64));
/// await training.FitAsync(train, epochs: 5, validation: test);
/// </code></example>
public sealed partial class Training : IDisposable
{
    private readonly BatchSpec _batch;
    private readonly CompileOptions _options;
    private readonly TrainingState _state;
    private readonly TrainingGraphs _graphs;
    private readonly BatchChecks _checks;
    private readonly BindingCache<StepProgram> _steps;
    private readonly BindingCache<EvaluationProgram> _evaluations;
    private long _compileTicks;
    private int _busy;
    private bool _disposed;

    private Training(Module model, Loss loss, Optimizer optimizer, BatchSpec batch, CompileOptions options)
    {
        (_batch, _options) = (batch, options);
        var started = Stopwatch.GetTimestamp();
        ProgramCompiler.Prepare(options);
        var tree = ModuleTree.Of(model);
        tree.AssignNames();
        tree.Initialize(options.Seed, onlyMissing: true);
        _state = new TrainingState(tree, optimizer.LearningRate, options.Seed);
        _graphs = new TrainingGraphs(model, loss, batch);
        var step = _graphs.Step(optimizer, _state);
        var evaluation = _graphs.Evaluation();
        _checks = new BatchChecks(batch, _graphs.Classes);
        _compileTicks = Stopwatch.GetTimestamp() - started;
        _steps = new(options.MaxBindings, size => new StepProgram(Bind(step, size), _graphs.Classes > 0));
        _evaluations = new(options.MaxBindings, size => new EvaluationProgram(Bind(evaluation, size)));
    }

    /// <summary>Builds and compiles the step for a full batch.</summary>
    /// <param name="model">Its parameters keep their values where they have some, and are drawn from the seed where not.</param>
    /// <param name="loss">A scalar of prediction and target, such as <see cref="Losses.CrossEntropy"/>.</param>
    /// <param name="optimizer">How the parameters are changed.</param>
    /// <param name="batch">What one step is fed.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">The model, the loss and the batch do not fit together, or the plan exceeds the budget.</exception>
    public static Training Compile(Module model, Loss loss, Optimizer optimizer, BatchSpec batch, CompileOptions? options = null)
    {
        var training = new Training(model, loss, optimizer, batch, options ?? CompileOptions.Default);
        training._steps.Get(batch.Size);
        return training;
    }

    /// <summary>Read by every step; setting it between steps recompiles nothing.</summary>
    public double LearningRate
    {
        get => _state.LearningRateValue;
        set => _state.LearningRateValue = double.IsFinite(value) && value >= 0
            ? value
            : throw new GraphException(ErrorCode.BadAttribute, $"a learning rate must be at least 0 but is {value}.");
    }

    /// <summary>Steps done so far.</summary>
    public long Steps => _state.Steps;

    /// <summary>Time spent so far on building and compiling programs.</summary>
    public TimeSpan CompileTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _compileTicks));

    /// <summary>What a step of a full batch needs; null with <see cref="Backend.Reference"/>.</summary>
    public MemoryReport? Memory => _steps.Get(_batch.Size).Program.Memory;

    /// <summary>For each edge of a full batch's step, whether it was fused, and if not, why.</summary>
    public IReadOnlyList<FusionDecision> Explain => _steps.Get(_batch.Size).Program.Explain;

    /// <summary>One step over as many samples as the spans hold. Allocates nothing once its batch size is compiled.</summary>
    /// <param name="samples">[batch, sample…], row-major.</param>
    /// <param name="targets">[batch, target…], row-major.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="GraphException">Sizes or types do not fit, or a class is out of range; nothing was changed.</exception>
    public float Step<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        Enter();
        try
        {
            return RunStep(samples, targets).Loss;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>One step as <see cref="Step"/> does it, and where its time went, kernel by kernel in execution order.</summary>
    public IReadOnlyList<KernelTime> Profile<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        Enter();
        try
        {
            var step = _steps.Get(_checks.Size(samples, targets));
            var names = step.Program.StepNames;
            var ticks = new long[names.Count];
            step.Run(samples, targets, ticks);
            return names.Zip(ticks, (name, t) => new KernelTime(name, TimeSpan.FromSeconds((double)t / Stopwatch.Frequency))).ToArray();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Lets go of the compiled programs; the model keeps its parameters.</summary>
    public void Dispose()
    {
        _disposed = true;
        _steps.Clear();
        _evaluations.Clear();
    }

    private StepResult RunStep<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        var size = _checks.Size(samples, targets);
        return _steps.Get(size).Run(samples, targets);
    }

    private BoundProgram Bind(ComputationGraph graph, long size)
    {
        var started = Stopwatch.GetTimestamp();
        var binding = new Dictionary<DimSymbol, long> { [TrainingGraphs.BatchSymbol] = size };
        var program = ProgramCompiler.Compile(graph, binding, _state.Store, _options);
        Interlocked.Add(ref _compileTicks, Stopwatch.GetTimestamp() - started);
        return program;
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("This training is already running a step, fit or evaluation; wait for it to end.");
    }

    private void Leave() => Volatile.Write(ref _busy, 0);
}
