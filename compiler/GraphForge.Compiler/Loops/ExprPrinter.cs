namespace GraphForge.Compiler.Loops;

/// <summary>Expressions as text for dumps and golden files; emitted C# has its own printer.</summary>
public static class ExprPrinter
{
    public static string Print(Expr expr) => expr switch
    {
        ConstantExpr c => c.Value.ToString(),
        IndexValueExpr i => $"{i.Type}({i.Index})",
        InBoundsExpr b => $"({b.Low} <= {b.Index} < {b.High})",
        LoadExpr l => $"{l.Buffer}[{l.Index}]",
        UnaryExpr u => $"{u.Function}({u.Operand})",
        BinaryExpr b => $"({b.Left} {Symbol(b.Function)} {b.Right})",
        SelectExpr s => $"({s.Condition} ? {s.WhenTrue} : {s.WhenFalse})",
        RoundExpr r => $"round {r.Precision}({r.Operand})",
        PackedExpr p => $"word of {p.Element}({string.Join(", ", p.Operands)})",
        ConvertExpr c => $"{c.Type}({c.Operand})",
        TableExpr t => $"table[{string.Join(", ", t.Index)}]",
        RandomExpr r => $"random({r.Seed}, {r.Stream}, {r.Index}{(r.First is null ? "" : $" + {r.First}")})",
        SortExpr s => $"{(s.Descending ? "descending" : "ascending")}[{s.Variable} < {s.Variable.Extent}]({s.Key}) at {s.Rank}",
        ReduceExpr r => $"{r.Function}[{string.Join(", ", r.ReducedVariables.Select(v => $"{v} < {v.Extent}"))}" +
            $"{(r.Match is { } m ? $" | {m.Key} == {m.Target}" : "")}]({r.Body})",
        _ => expr.GetType().Name,
    };

    private static string Symbol(BinaryFunction function) => function switch
    {
        BinaryFunction.Add => "+",
        BinaryFunction.Subtract => "-",
        BinaryFunction.Multiply => "*",
        BinaryFunction.Divide => "/",
        BinaryFunction.Remainder => "%",
        BinaryFunction.And => "&",
        BinaryFunction.Or => "|",
        BinaryFunction.Xor => "^",
        BinaryFunction.ShiftLeft => "<<",
        BinaryFunction.ShiftRight => ">>",
        BinaryFunction.Less => "<",
        BinaryFunction.LessOrEqual => "<=",
        BinaryFunction.Equal => "==",
        BinaryFunction.NotEqual => "!=",
        _ => function.ToString(),
    };
}
