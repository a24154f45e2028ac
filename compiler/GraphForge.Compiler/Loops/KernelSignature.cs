using System.Runtime.CompilerServices;
using System.Text;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// A definition as text in which buffers are numbers. Definitions of equal text do the same work over other buffers, so that
/// the schedule and the code of one serve the other. Of a buffer the text has type, size and place among the arguments: whatever
/// a schedule may look at, besides names.
/// </summary>
public sealed class KernelSignature
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<LoopBuffer, int> _buffers = [];
    private readonly Dictionary<LoopVar, int> _variables = [];
    private readonly Dictionary<Expr, int> _written = new(ReferenceEqualityComparer.Instance);

    public static string Of(KernelDefinition definition)
    {
        var signature = new KernelSignature();
        signature.Write(definition);
        return signature._text.ToString();
    }

    private void Write(KernelDefinition definition)
    {
        foreach (var argument in definition.Arguments) _text.Append($"arg {Number(argument)}; ");
        foreach (var counter in definition.Counters) _text.Append($"counter {Number(counter)}; ");
        foreach (var row in definition.Rows) _text.Append($"row {Number(row)}; ");
        if (definition.Serial is { } serial)
        {
            _text.Append($"serial {Number(serial.Counter)}; ");
            foreach (var store in serial.Before) Write(store);
            _text.Append("loop ");
        }
        foreach (var store in definition.Stores) Write(store);
        if (definition.Scores is { } scores)
            _text.Append($"scores {Number(scores.Row)} {Number(scores.Key)} in {string.Join(' ', scores.Locals.Select(Number).Order(StringComparer.Ordinal))}");
    }

    private void Write(StoreDefinition store)
    {
        var (value, index) = (Number(store.Value), Text(store.Index));
        _text.Append($"store {string.Join(',', store.Domain.Select(Number))} {Number(store.Buffer)}[{index}] {store.Combine}= {value}; ");
    }

    /// <summary>The number of an expression, which is written first, as its operands are before it.</summary>
    private int Number(Expr expr)
    {
        if (_written.TryGetValue(expr, out var number)) return number;
        var operands = string.Join(',', expr.Operands.Select(Number));
        var identity = Text(expr.Identity);
        number = _written.Count;
        _written.Add(expr, number);
        _text.Append($"{number} = {expr.GetType().Name}<{identity}>({operands}); ");
        return number;
    }

    private string Number(LoopVar variable)
    {
        if (_variables.TryGetValue(variable, out var number)) return $"v{number}";
        number = _variables[variable] = _variables.Count;
        return $"v{number}:{variable.Name}:{variable.Extent}{(variable.IsLane ? ":lane" : "")}";
    }

    private string Number(LoopBuffer buffer)
    {
        if (_buffers.TryGetValue(buffer, out var number)) return $"b{number}";
        number = _buffers[buffer] = _buffers.Count;
        return $"b{number}:{buffer.Type}:{buffer.Count}";
    }

    private string Text(object? identity) => identity switch
    {
        null => "none",
        Scalar value => $"{value.DType} {BitConverter.DoubleToInt64Bits(value.AsDouble)} {value.AsInt64}",
        IndexExpr index => $"{index.Constant}{string.Concat(index.Terms.Select(t => $" {t.Coefficient}*{Text(t.Atom)}"))}",
        LoopVar variable => Number(variable),
        FloorDivAtom division => $"({Text(division.Value)})/{division.Divisor}",
        ModAtom remainder => $"({Text(remainder.Value)})%{remainder.Divisor}",
        DataAtom data => $"data {Number(data.Value)} of {data.Extent}",
        LoopBuffer buffer => Number(buffer),
        Literal table => $"{table.Type} {Convert.ToHexString(table.Bytes)}",
        IEnumerable<IndexExpr> indices => string.Join(' ', indices.Select(Text)),
        IEnumerable<LoopVar> variables => string.Join(' ', variables.Select(Number)),
        ITuple tuple => string.Join('|', Enumerable.Range(0, tuple.Length).Select(i => Text(tuple[i]))),
        Enum or string or bool or long => $"{identity}",
        _ => throw new InternalCompilerException("share kernels", $"no text for an identity of type {identity.GetType().Name}"),
    };
}
