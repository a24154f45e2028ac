using System.Diagnostics;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Execution;
using GraphForge.Optimizers;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>
/// A model being trained. A whole step (forward, loss, backward, optimizer) is one compiled program; each batch size, or
/// binding of other extents, is compiled at its first use. One step or fit runs at a time.
/// </summary>
/// <example>
/// A model and a loss over a data set:
/// <code>
/// using var training = Training.Compile(model, Losses.CrossEntropy, new AdamW(learningRate: 1e-3), BatchSpec.Of(train, 64));
/// await training.FitAsync(train, epochs: 5, validation: test);
/// </code>
/// Any function of named inputs:
/// <code>
/// using var training = Training.Compile(model, x =&gt; Losses.CrossEntropy(model.Forward(x["user"], x["item"]), x["clicked"]),
///     new AdamW(), [TensorSpec.Of&lt;long&gt;("user", "batch"), TensorSpec.Of&lt;long&gt;("item", "batch"), TensorSpec.Of&lt;long&gt;("clicked", "batch")]);
/// var loss = training.Step(("user", users), ("item", items), ("clicked", clicks)).Loss;
/// </code>
/// </example>
public sealed partial class Training : IDisposable
{
    private readonly Module _model;
    private readonly CompileOptions _options;
    private readonly TrainingState _state;
    private readonly InputSignature _inputs;
    private readonly TrainingGraph _step;
    private readonly TrainingGraph _evaluation;
    private readonly BindingCache<TrainingProgram> _steps;
    private readonly BindingCache<TrainingProgram> _evaluations;
    private readonly (string[] Names, double[] Values) _stepMetrics;
    private readonly (string[] Names, double[] Values) _evaluationMetrics;
    private readonly Supervision? _supervision;
    private readonly TimeSpan _traceTime;
    private long _compileTicks;
    private int _compilations;
    private int _busy;
    private bool _disposed;

    private Training(Module model, TrainingFunction function, Optimization optimization, InputSignature inputs,
        IReadOnlyCollection<Parameter>? parameters, Supervision? supervision, CompileOptions options)
    {
        (_model, _inputs, _supervision, _options) = (model, inputs, supervision, options);
        var started = Stopwatch.GetTimestamp();
        ProgramCompiler.Prepare(options);
        var tree = ModuleTree.Of(model);
        tree.AssignNames();
        using var values = tree.DrawMissing(options.Seed);
        _state = new TrainingState(tree, optimization, options.Seed);
        var graphs = new TrainingGraphs(model, function, inputs, parameters);
        var tracing = Stopwatch.GetTimestamp();
        (_step, _evaluation) = (graphs.Step(optimization, _state), graphs.Evaluation(_state));
        _traceTime = Stopwatch.GetElapsedTime(tracing);
        (_stepMetrics, _evaluationMetrics) = (Metrics(_step), Metrics(_evaluation));
        _compileTicks = Stopwatch.GetTimestamp() - started;
        _steps = new(options.MaxBindings, extents => Bind(_step, extents));
        _evaluations = new(options.MaxBindings, extents => Bind(_evaluation, extents));
    }

    /// <summary>Builds and compiles the step for a full batch.</summary>
    /// <param name="model">Its parameters keep their values where they have some, and are drawn from the seed where not.</param>
    /// <param name="loss">A scalar of prediction and target, such as <see cref="Losses.CrossEntropy"/>.</param>
    /// <param name="optimization">How the parameters are changed: an optimizer, or one with groups, a schedule and the like.</param>
    /// <param name="batch">What one step is fed.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">The model, the loss and the batch do not fit together, or the plan exceeds the budget.</exception>
    public static Training Compile(Module model, Loss loss, Optimization optimization, BatchSpec batch, CompileOptions? options = null)
    {
        var function = new SupervisedFunction(model, loss, batch);
        var training = new Training(model, function.Run, optimization, new InputSignature(function.Inputs), parameters: null,
            new Supervision(function, batch), options ?? CompileOptions.Default);
        training._steps.Get([batch.Size]);
        return training;
    }

    /// <summary>Builds the step of any function of named inputs, and compiles it where their extents are all known.</summary>
    /// <param name="model">Holds every parameter that <paramref name="function"/> uses, with or without values.</param>
    /// <param name="function">The loss, and metrics if any; also what <see cref="Evaluate(ReadOnlySpan{NamedArray})"/> computes.</param>
    /// <param name="optimization">How the parameters are changed: an optimizer, or one with groups, a schedule and the like.</param>
    /// <param name="inputs">What the function takes.</param>
    /// <param name="parameters">
    /// What is trained, such as <c>generator.Parameters()</c>; null for all of the model. Two trainings of one model share its
    /// parameters, and each changes its own.
    /// </param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">Model, function and inputs do not fit together, or the plan exceeds the budget.</exception>
    public static Training Compile(Module model, TrainingFunction function, Optimization optimization, IReadOnlyList<TensorSpec> inputs,
        IEnumerable<Parameter>? parameters = null, CompileOptions? options = null)
    {
        var training = new Training(model, function, optimization, new InputSignature(inputs), parameters?.ToArray(), supervision: null,
            options ?? CompileOptions.Default);
        if (training._inputs.Symbols.Count == 0) training.Prepare();
        return training;
    }

    /// <summary>What a step takes.</summary>
    public IReadOnlyList<TensorSpec> Inputs => _inputs.Specs;

    /// <summary>Steps done so far.</summary>
    public long Steps => _state.Steps;

    /// <summary>Time spent so far on building and compiling programs.</summary>
    public TimeSpan CompileTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _compileTicks));

    /// <summary>Programs compiled so far: the step, and the evaluation, for every batch size they met.</summary>
    public int Compilations => _compilations;

    /// <summary>
    /// What a step needs: one of a full batch, or of the extents compiled first. Null before any is compiled, and with
    /// <see cref="Backend.Reference"/>.
    /// </summary>
    public MemoryReport? Memory => FullStep?.Program.Memory;

    /// <summary>Where the time of compiling that step went, writing it down (<c>trace</c>) included; null as <see cref="Memory"/> is.</summary>
    public CompileReport? CompileReport => FullStep?.Program.Report?.After("trace", _traceTime);

    /// <summary>For each edge of the step that <see cref="Memory"/> tells of, whether it was fused, and if not, why.</summary>
    public IReadOnlyList<FusionDecision> Explain => FullStep?.Program.Explain ?? [];

    private TrainingProgram? FullStep => _supervision is { } supervision ? _steps.Get([supervision.Batch.Size]) : _steps.First;

    /// <summary>Compiles the step for these extents now and not at the first step with them: <c>Prepare(("batch", 64))</c>.</summary>
    /// <exception cref="GraphException">An extent is unknown, missing or out of bounds, or the plan exceeds the budget.</exception>
    public void Prepare(params ReadOnlySpan<(string Symbol, long Extent)> extents) => _steps.Get(_inputs.Bind(extents));

    /// <summary>One step. Allocates nothing once its extents are compiled.</summary>
    /// <param name="inputs">Every input once, in any order.</param>
    /// <returns>The loss before the step, and the metrics.</returns>
    /// <exception cref="GraphException">A name, type or size does not fit, or an index is out of range; nothing was changed.</exception>
    public StepMetrics Step(params ReadOnlySpan<NamedArray> inputs)
    {
        Enter();
        try
        {
            BeginStep();
            return Run(_steps, inputs, _stepMetrics);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Loss and metrics without changing the model. Dropout is off.</summary>
    /// <param name="inputs">Every input once, in any order.</param>
    /// <exception cref="GraphException">A name, type or size does not fit, or an index is out of range.</exception>
    public StepMetrics Evaluate(params ReadOnlySpan<NamedArray> inputs)
    {
        Enter();
        try
        {
            return Run(_evaluations, inputs, _evaluationMetrics);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>One step as <see cref="Step(ReadOnlySpan{NamedArray})"/> does it, and where its time went, kernel by kernel in execution order.</summary>
    public IReadOnlyList<KernelTime> Profile(params ReadOnlySpan<NamedArray> inputs)
    {
        Enter();
        try
        {
            BeginStep();
            var extents = new long[_inputs.Symbols.Count];
            _inputs.Bind(inputs, extents);
            var step = _steps.Get(extents);
            var ticks = new long[step.Program.StepNames.Count];
            step.Run(inputs, _stepMetrics.Values, ticks);
            return step.Program.Times(ticks);
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

    private StepMetrics Run(BindingCache<TrainingProgram> programs, ReadOnlySpan<NamedArray> inputs, (string[] Names, double[] Values) metrics)
    {
        Span<long> extents = stackalloc long[_inputs.Symbols.Count];
        _inputs.Bind(inputs, extents);
        var loss = programs.Get(extents).Run(inputs, metrics.Values);
        return new StepMetrics(loss, metrics.Names, metrics.Values);
    }

    private static (string[], double[]) Metrics(TrainingGraph graph) =>
        ([.. graph.Metrics.Select(m => m.Name)], new double[graph.Metrics.Count]);

    private TrainingProgram Bind(TrainingGraph graph, long[] extents)
    {
        var started = Stopwatch.GetTimestamp();
        var program = ProgramCompiler.Compile(graph.Graph, _inputs.Binding(extents), _state.Store, _options);
        Interlocked.Add(ref _compileTicks, Stopwatch.GetTimestamp() - started);
        Interlocked.Increment(ref _compilations);
        return new TrainingProgram(program, graph, new StateAccess(graph.Graph, _state.Store), Indices(graph, extents));
    }

    private IndexChecks Indices(TrainingGraph graph, long[] extents) => new(_inputs, graph.Ranges, _inputs.Binding(extents));

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("This training is already running a step, fit or evaluation; wait for it to end.");
    }

    private void Leave() => Volatile.Write(ref _busy, 0);
}
