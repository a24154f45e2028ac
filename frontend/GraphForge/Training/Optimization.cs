using GraphForge.Compiler.Graph;
using GraphForge.Optimizers;
using GraphForge.Schedules;

namespace GraphForge;

/// <content>What can be asked and changed of the optimization between steps; none of it recompiles anything.</content>
public sealed partial class Training
{
    private IReadOnlyList<TrainedGroup>? _groups;
    private bool _usesAverage;

    /// <summary>
    /// Read by every step; setting it between steps recompiles nothing. With parameter groups: that of the parameters which no
    /// group claims.
    /// </summary>
    /// <exception cref="GraphException">Set to no learning rate, or while a schedule decides.</exception>
    public double LearningRate
    {
        get => _state.Optimization.Rates[0];
        set => _state.Optimization.Rates[0] = value;
    }

    /// <summary>The parameters that no group claims, then the groups in the order of <see cref="Optimization.Groups"/>.</summary>
    public IReadOnlyList<TrainedGroup> Groups => _groups ??=
        [.. Enumerable.Range(0, _state.Optimization.Groups.Count).Select(i => new TrainedGroup(_state.Optimization, i))];

    /// <summary>Times the parameters were changed: <see cref="Steps"/>, unless steps accumulate or are skipped.</summary>
    public long Updates => _state.Optimization.Updates;

    /// <summary>Updates left out by <see cref="Optimization.SkipNonFinite"/>.</summary>
    public long SkippedSteps => _state.Optimization.Skips;

    /// <summary>
    /// Norm of all gradients of the last step together, before clipping; of the accumulated ones where steps accumulate. NaN
    /// before the first step, and where neither <see cref="Optimization.ReportGradientNorm"/> nor a clip by norm asks for it.
    /// </summary>
    public double GradientNorm => _state.Optimization.GradientNormValue;

    /// <summary>
    /// Ends an epoch of own <see cref="Step{TSample, TTarget}"/>s: schedules that count epochs go on, and a plateau is looked
    /// for. <c>FitAsync</c> does so itself, with the validation's loss or else the training's.
    /// </summary>
    /// <param name="metric">What <see cref="ReduceLROnPlateau"/> watches; without one, null.</param>
    /// <exception cref="GraphException">There is a plateau to look for, but no metric.</exception>
    public void EndEpoch(double? metric = null) => _state.Optimization.Rates.EndEpoch(metric);

    /// <summary>
    /// Until the result is disposed, the model's parameters have the values of their running means: for evaluation, inference,
    /// saving. No step is possible meanwhile.
    /// </summary>
    /// <example><code>using (training.UseAverage()) Console.WriteLine(training.Evaluate(test));</code></example>
    /// <exception cref="GraphException">No <see cref="Optimization.Average"/> is kept.</exception>
    /// <exception cref="InvalidOperationException">A step, fit or evaluation is running, or the means are in use already.</exception>
    public IDisposable UseAverage()
    {
        var averages = _state.Optimization.Averages;
        if (averages.Count == 0)
            throw new GraphException(ErrorCode.BadRunArgument,
                "this training keeps no running mean of its parameters; compile it with an Optimization that has an Average.");
        Enter();
        try
        {
            if (_usesAverage) throw new InvalidOperationException("The running means of the parameters are in use already.");
            if (Updates == 0) averages = [];
            foreach (var average in averages) average.Enter();
            _usesAverage = true;
        }
        finally
        {
            Leave();
        }
        return new AverageUse(() =>
        {
            foreach (var average in averages) average.Leave();
            _usesAverage = false;
        });
    }

    private void BeginStep()
    {
        if (_usesAverage)
            throw new InvalidOperationException("The parameters have the values of their running means; dispose what UseAverage gave first.");
        _state.Optimization.Rates.Follow();
    }

    private sealed class AverageUse(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
