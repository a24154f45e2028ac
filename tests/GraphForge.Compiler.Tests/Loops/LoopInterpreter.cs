using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// Runs a scheduled kernel statement by statement, so that schedules are tested without the code they are emitted as. Every
/// lane of a vector loop computes before any lane stores.
/// </summary>
public sealed class LoopInterpreter
{
    private readonly Dictionary<LoopBuffer, WatchedBuffer> _buffers = [];
    private readonly ExprInterpreter _expressions;
    private readonly int _lanes;
    private int _task;

    private LoopInterpreter(LoopKernel kernel, IReadOnlyList<WatchedBuffer> arguments)
    {
        _lanes = kernel.Lanes;
        foreach (var (buffer, memory) in kernel.Arguments.Zip(arguments)) _buffers[buffer] = memory;
        _expressions = new ExprInterpreter((buffer, index) => _buffers[buffer].Read(index, _task));
    }

    /// <param name="kernel">The kernel.</param>
    /// <param name="arguments">Memory of its arguments, in their order.</param>
    /// <param name="counters">Iterations at work of the loops around it, outermost first.</param>
    public static void Run(LoopKernel kernel, IReadOnlyList<WatchedBuffer> arguments, IReadOnlyList<long> counters)
    {
        foreach (var argument in arguments) argument.BeginKernel();
        var interpreter = new LoopInterpreter(kernel, arguments);
        foreach (var (counter, value) in kernel.Counters.Zip(counters)) interpreter._expressions.Set(counter, value);
        for (; interpreter._task < kernel.Tasks; interpreter._task++)
        {
            interpreter._expressions.Set(kernel.Body.Variable, interpreter._task);
            interpreter.Run(kernel.Body.Body);
        }
    }

    private void Run(Statement statement)
    {
        switch (statement)
        {
            case Block block:
                foreach (var inner in block.Statements) Run(inner);
                break;
            case For { Kind: LoopKind.Vector } vector:
                Lanes(vector.Body, vector.Variable);
                break;
            case For loop:
                Loop(loop, () => Run(loop.Body));
                break;
            case Allocate { Buffer: var buffer }:
                _buffers[buffer] = new WatchedBuffer(buffer.Name, new TensorType(buffer.Type, [buffer.Count]));
                break;
            case Routine routine:
                Run(routine.Body);
                break;
            case If condition:
                if (_expressions.Evaluate(condition.Condition).AsBool) Run(condition.Body);
                break;
            case Store store:
                Commit(store, _expressions.Evaluate(store.Value));
                break;
            case Transpose transpose:
                Turn(transpose);
                break;
            case Prefetch:
                break;
            default:
                throw new ArgumentException($"{statement.GetType().Name} has no interpretation", nameof(statement));
        }
    }

    private void Loop(For loop, Action body)
    {
        var end = loop.Limit is { } limit ? Math.Min(loop.Variable.Extent, _expressions.Evaluate(limit)) : loop.Variable.Extent;
        for (long i = 0; i < end; i++)
        {
            _expressions.Set(loop.Variable, i);
            body();
        }
    }

    /// <summary>Runs the statements of a vector loop one after the other, each for all lanes.</summary>
    private void Lanes(Statement statement, LoopVar lane)
    {
        switch (statement)
        {
            case Block block:
                foreach (var inner in block.Statements) Lanes(inner, lane);
                break;
            case Store store when store.Index.Variables.Contains(lane):
                var values = Each(lane, () => _expressions.Evaluate(store.Value));
                Each(lane, i => Commit(store, values[i]));
                break;
            case For loop:
                Loop(loop, () => Lanes(loop.Body, lane));
                break;
            case If condition:
                if (_expressions.Evaluate(condition.Condition).AsBool) Lanes(condition.Body, lane);
                break;
            default:
                Run(statement);
                break;
        }
    }

    private void Turn(Transpose t)
    {
        var (target, source) = (_buffers[t.Target.Buffer], _buffers[t.Source.Buffer]);
        var (to, from) = (_expressions.Evaluate(t.Target.Start), _expressions.Evaluate(t.Source.Start));
        var columns = Math.Min(_lanes, _expressions.Evaluate(t.Columns));
        for (long c = 0; c < columns; c++)
            for (long r = 0; r < _lanes; r++)
                target.Write(to + c * t.Target.Stride + r,
                    r < t.Rows ? source.Read(from + r * t.Source.Stride + c, _task) : Scalar.Of(t.Target.Buffer.Type, 0L), _task);
    }

    private T[] Each<T>(LoopVar lane, Func<T> value)
    {
        var values = new T[lane.Extent];
        Each(lane, i => values[i] = value());
        return values;
    }

    private void Each(LoopVar lane, Action<int> body)
    {
        for (var i = 0; i < lane.Extent; i++)
        {
            _expressions.Set(lane, i);
            body(i);
        }
    }

    private void Commit(Store store, Scalar value)
    {
        var (memory, index) = (_buffers[store.Buffer], _expressions.Evaluate(store.Index));
        if (store.Accumulate is { } function)
            value = ScalarFunctions.Apply(Compiler.Loops.Reduction.Combine(function), memory.Read(index, _task), value);
        memory.Write(index, value, _task);
    }
}
