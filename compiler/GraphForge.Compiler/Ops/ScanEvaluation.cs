using System.Runtime.CompilerServices;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>The naive reference of a scan: its body evaluated step by step. Siblings share the last run of their body.</summary>
internal sealed class ScanEvaluation
{
    private static readonly ConditionalWeakTable<Subgraph, ScanEvaluation> LastRuns = [];

    private readonly Scan _scan;
    private readonly Literal[] _operands;
    private readonly Literal[] _carries;
    private readonly Literal[] _states;
    private readonly Literal[] _recent;
    private readonly Literal[] _stacked;

    private ScanEvaluation(Scan scan, Literal[] operands)
    {
        (_scan, _operands) = (scan, operands);
        _carries = operands[..scan.Carries];
        _states = Results(ScanResultKind.States, scan.Carries);
        _recent = Results(ScanResultKind.Recent, scan.Carries);
        _stacked = Results(ScanResultKind.Stacked, scan.Outputs);
        var length = scan.Length.Value;
        Keep(scan.Reverse ? length : 0, 0);
        for (long step = 0; step < length; step++) Step(step);
    }

    public Literal this[ScanResult result] => result.Kind switch
    {
        ScanResultKind.Final => _carries[result.Index],
        ScanResultKind.States => _states[result.Index],
        ScanResultKind.Recent => _recent[result.Index],
        _ => _stacked[result.Index],
    };

    public static ScanEvaluation Of(Scan scan, ReadOnlySpan<Literal> operands)
    {
        if (LastRuns.TryGetValue(scan.Body, out var last) && last._scan.Leader.Equals(scan.Leader) && Same(last._operands, operands)) return last;
        var run = new ScanEvaluation(scan, operands.ToArray());
        LastRuns.AddOrUpdate(scan.Body, run);
        return run;
    }

    private static bool Same(Literal[] a, ReadOnlySpan<Literal> b)
    {
        for (var i = 0; i < a.Length; i++)
            if (!ReferenceEquals(a[i], b[i])) return false;
        return true;
    }

    private Literal[] Results(ScanResultKind kind, int count) =>
        Enumerable.Range(0, count).Select(i => new Literal(_scan.TypeOf(new ScanResult(kind, i)))).ToArray();

    private void Step(long step)
    {
        var element = _scan.ElementOf(step);
        var arguments = new Literal[_operands.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = i < _scan.Carries ? _carries[i]
                : i < _scan.Carries + _scan.StackedInputs ? Element(_operands[i], element, _scan.Body.Parameters[i])
                : _operands[i];
        var roots = _scan.Body.Evaluate(arguments);
        for (var i = 0; i < _scan.Carries; i++) _carries[i] = roots[i];
        for (var j = 0; j < _stacked.Length; j++) Put(_stacked[j], element, roots[_scan.Carries + j]);
        Keep(_scan.Reverse ? element : element + 1, (step + 1) % 2);
    }

    private void Keep(long state, long recent)
    {
        for (var i = 0; i < _carries.Length; i++)
        {
            Put(_states[i], state, _carries[i]);
            Put(_recent[i], recent, _carries[i]);
        }
    }

    private static Literal Element(Literal stacked, long index, TensorType type)
    {
        var element = new Literal(type);
        for (var i = 0; i < element.Count; i++) element[i] = stacked[(int)(index * element.Count) + i];
        return element;
    }

    private static void Put(Literal stacked, long index, Literal element)
    {
        for (var i = 0; i < element.Count; i++) stacked[(int)(index * element.Count) + i] = element[i];
    }
}
