using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Execution;

/// <summary>
/// Finds the largest extent of a symbol for which a program fits a budget. A plan is made for each extent that is tried, and bytes
/// grow nearly in proportion to the extent: the first tries leap to where the budget should end, the last ones close in on it. Only
/// the working memory of kernels may shrink again as they are laid out for a larger extent, so that is looked for beyond.
/// </summary>
/// <param name="symbol">Its bounds are those of the answer.</param>
/// <param name="budget">Most bytes the program may take.</param>
/// <param name="plan">What the program needs at an extent: within the budget if it can, or at least.</param>
/// <param name="progress">Told after every try.</param>
internal sealed class LargestExtent(DimSymbol symbol, long budget, Func<long, MemoryReport> plan, IProgress<BatchTrial>? progress = null)
{
    /// <summary>Near the end of the budget, plans lie off the line by about this part of the extent.</summary>
    private const int Roughness = 512;

    /// <summary>Tries beyond an extent whose successor does not fit, as far as less working memory could reach.</summary>
    private const int Probes = 3;

    private long _fits;
    private long _fails = symbol.Maximum + 1;
    private MemoryReport? _needOfFitting;
    private MemoryReport? _needOfFailing;
    private bool _fittedLast;
    private long _stride;

    /// <summary>Plans made so far.</summary>
    public int Plans { get; private set; }

    /// <summary>What the program needs at least at the smallest extent that failed; null where none did.</summary>
    public MemoryReport? Need => _needOfFailing;

    /// <summary>The extent; null where not even the smallest fits.</summary>
    /// <param name="maximumPlans">The best of so many tries is given, though a larger extent might do.</param>
    public long? Find(int maximumPlans = int.MaxValue)
    {
        if (!Try(symbol.Minimum)) return null;
        do Close(maximumPlans);
        while (_needOfFailing is not null && FitsBeyond(maximumPlans));
        return _fits;
    }

    /// <summary>Narrows the search until an extent fits and the next one does not.</summary>
    private void Close(int maximumPlans)
    {
        _stride = 0;
        while (_fails - _fits > 1 && Plans < maximumPlans) Try(_needOfFailing is null ? Farther() : Between());
    }

    private bool FitsBeyond(int maximumPlans)
    {
        var edge = _fails;
        var withoutScratch = Reach(_needOfFailing! with { ScratchBytes = 0 }, edge);
        var range = (long)Math.Min(withoutScratch, symbol.Maximum) - edge;
        (_fails, _needOfFailing) = (symbol.Maximum + 1, null);
        for (var probe = Probes; probe > 0 && Plans < maximumPlans; probe--)
            if (range * probe / Probes is > 0 and var distance && edge + distance < _fails && Try(edge + distance)) return true;
        return false;
    }

    private bool Try(long extent)
    {
        var need = plan(extent);
        Plans++;
        _fittedLast = need.TotalBytes <= budget;
        if (_fittedLast) (_fits, _needOfFitting) = (extent, need);
        else (_fails, _needOfFailing) = (extent, need);
        progress?.Report(new BatchTrial(extent, need, _fittedLast));
        return _fittedLast;
    }

    /// <summary>Where the arena and what is staged, if they grew in proportion, would fill the budget; twice as far where the last plan was squeezed already.</summary>
    private long Farther()
    {
        var reach = Reach(_needOfFitting!, Math.Max(1, _fits));
        return (long)Math.Clamp(Math.Max(reach, 2.0 * _fits), _fits + 1, symbol.Maximum);
    }

    /// <summary>First where the line through the smallest plan ends, then in growing strides from there, halving once both ends are near.</summary>
    private long Between()
    {
        var half = Math.Max(1, (_fails - _fits) / 2);
        if (_stride == 0)
        {
            var end = (long)Math.Clamp(Reach(_needOfFailing!, _fails), _fits + 1, _fails - 1);
            _stride = Math.Max(1, end / Roughness);
            return end;
        }
        var step = Math.Min(_stride, half);
        _stride *= 2;
        return _fittedLast ? _fits + step : _fails - step;
    }

    private double Reach(MemoryReport need, long extent)
    {
        var growing = need.ArenaBytes + need.StagingBytes;
        return (double)(budget - (need.TotalBytes - growing)) / Math.Max(1, growing) * extent;
    }
}
