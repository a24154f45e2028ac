using System.Text;

namespace GraphForge.Compiler.Loops;

/// <summary>The loop IR as text.</summary>
public static class LoopPrinter
{
    public static string Print(LoopKernel kernel)
    {
        var text = new StringBuilder();
        text.Append($"kernel {kernel.Name}({string.Join(", ", kernel.Arguments.Select(a => $"{a.Name}: {a.Type}[{a.Count}]"))})");
        text.Append(kernel.Group is null
            ? $"  // {kernel.Tasks} tasks, {kernel.Lanes} lanes, {kernel.ScratchBytes} bytes of scratch{Counters(kernel)}\n"
            : $"  // {kernel.Tasks} groups of {kernel.Threads} threads, {kernel.SharedBytes} bytes shared{Counters(kernel)}\n");
        Print(kernel.Body, 1, text);
        return text.ToString();
    }

    private static string Counters(LoopKernel kernel) => kernel.Counters.Count == 0
        ? ""
        : $", within {string.Join(", ", kernel.Counters.Select(c => $"{c} < {c.Extent}"))}";

    private static void Print(Statement statement, int depth, StringBuilder text)
    {
        var indent = new string(' ', depth * 2);
        switch (statement)
        {
            case Block block:
                foreach (var inner in block.Statements) Print(inner, depth, text);
                break;
            case For loop:
                var limit = loop.Limit is null ? "" : $" and < {loop.Limit}";
                text.Append($"{indent}{loop.Kind.ToString().ToLowerInvariant()} {loop.Variable} < {loop.Variable.Extent}{limit}\n");
                Print(loop.Body, depth + 1, text);
                break;
            case Allocate allocate:
                text.Append($"{indent}{allocate.Place.ToString().ToLowerInvariant()} {allocate.Buffer}: {allocate.Buffer.Type}[{allocate.Buffer.Count}]\n");
                break;
            case Store store:
                text.Append($"{indent}{store.Buffer}[{store.Index}] {(store.Accumulate is { } f ? $"{f}=" : "=")} {store.Value}\n");
                break;
            case GroupBarrier:
                text.Append($"{indent}barrier\n");
                break;
            case WarpExchange exchange:
                text.Append($"{indent}{exchange.Target} = {exchange.Source} of thread ^ {exchange.Distance}\n");
                break;
            case WarpMultiply product:
                text.Append($"{indent}{product.Target}[{product.First}..] += warp of {product.Element}: {string.Join(", ", product.Left)} times {string.Join(", ", product.Right)}\n");
                break;
            case Prefetch prefetch:
                text.Append($"{indent}prefetch {prefetch.Buffer}[{prefetch.Index}]\n");
                break;
            case Transpose turn:
                text.Append($"{indent}{turn.Target.Buffer}[{turn.Target.Start} + c·{turn.Target.Stride} + r] = ");
                text.Append($"{turn.Source.Buffer}[{turn.Source.Start} + r·{turn.Source.Stride} + c], r < {turn.Rows}, c < {turn.Columns}\n");
                break;
            case Routine routine:
                text.Append($"{indent}routine {routine.Name}\n");
                Print(routine.Body, depth + 1, text);
                break;
            case If condition:
                text.Append($"{indent}if {condition.Condition}\n");
                Print(condition.Body, depth + 1, text);
                break;
        }
    }
}
