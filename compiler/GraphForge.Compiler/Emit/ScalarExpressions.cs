using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// Writes scalar forms of expressions. Shared ones and loads get a local variable where they are first needed; the rest is
/// written in place.
/// </summary>
internal abstract class ScalarExpressions(CodeWriter writer, KernelLocals locals, ScalarCode code)
{
    protected CodeWriter Writer { get; } = writer;

    protected KernelLocals Locals { get; } = locals;

    /// <summary>The serial loop being written, if it holds no other loop: its accesses use hoisted addresses.</summary>
    public LoopVar? Innermost { get; set; }

    public ExpressionScope Scope { get; private set; } = new(null, false);

    /// <summary>Whether indices are int and not long.</summary>
    protected virtual bool HasShortIndices => false;

    /// <summary>Runs <paramref name="write"/> in an inner block.</summary>
    public void InBlock(Action write, bool isGuarded = false)
    {
        var outer = Scope;
        Scope = new ExpressionScope(outer, isGuarded || outer.IsGuarded);
        write();
        Scope = outer;
    }

    public string Index(IndexExpr index)
    {
        if (index.IsConstant) return index.Constant.ToString();
        var terms = index.Terms.Select(t => t.Coefficient == 1 ? Atom(t.Atom) : $"{Atom(t.Atom)} * {t.Coefficient}");
        var text = string.Join(" + ", terms);
        return index.Constant == 0 ? text : index.Constant > 0 ? $"{text} + {index.Constant}" : $"{text} - {-index.Constant}";
    }

    /// <summary>
    /// Gives names to the divisions and remainders in <paramref name="body"/> that need no variable beyond
    /// <paramref name="bound"/>, so that they are computed once and not in every inner iteration.
    /// </summary>
    public IReadOnlyList<IndexAtom> NameDivisions(Statement body, IReadOnlySet<LoopVar> bound)
    {
        var named = new List<IndexAtom>();
        foreach (var atom in MemoryAccesses.Divisions(body))
        {
            if (Locals.AtomName(atom) is not null || !((IndexExpr)atom).Variables.All(bound.Contains)) continue;
            var text = Atom(atom);
            Writer.Line($"var {Locals.NameAtom(atom)} = {text};");
            named.Add(atom);
        }
        return named;
    }

    /// <summary>An element as an lvalue.</summary>
    public abstract string Element(LoopBuffer buffer, IndexExpr index);

    public string ScalarValue(Expr expr)
    {
        if (Scope.Find(expr, 0) is { } known) return known;
        return Keep(expr, 0, ScalarText(expr), "var");
    }

    protected string Keep(Expr expr, long activeLanes, string text, string type)
    {
        var isMemoryLoad = expr is LoadExpr load && !Locals.IsRegister(load.Buffer) && !Scope.IsGuarded;
        var isTrivial = expr is ConstantExpr || expr is LoadExpr register && Locals.IsRegister(register.Buffer);
        if (isTrivial || text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) return text;
        if (!isMemoryLoad && Scope.UsesOf(expr) < 2) return text;
        var name = Locals.Names.Unique(NameFor(expr));
        Writer.Line($"{type} {name} = {text};");
        Scope.Remember(expr, activeLanes, name);
        return name;
    }

    protected string ScalarText(Expr expr)
    {
        switch (expr)
        {
            case ConstantExpr c: return ScalarCode.Literal(c.Value);
            case IndexValueExpr i: return ScalarCode.Convert(DType.Int64, i.Type, $"({Index(i.Index)})");
            case InBoundsExpr b: return Bounds(b);
            case LoadExpr l when Locals.IsRegister(l.Buffer): return RegisterElement(l);
            case LoadExpr l: return ScalarCode.Load(l.Buffer.Type, Element(l.Buffer, l.Index));
            case UnaryExpr u: return Parenthesised(code.Unary(u.Function, u.Type, ScalarValue(u.Operand)));
            case BinaryExpr b: return code.Binary(b.Function, b.Left.Type, ScalarValue(b.Left), ScalarValue(b.Right));
            case RoundExpr r: return ScalarCode.Round(r.Precision, ScalarValue(r.Operand));
            case ConvertExpr c: return Parenthesised(ScalarCode.Convert(c.Operand.Type, c.Type, ScalarValue(c.Operand)));
            case SelectExpr { IsGuard: true } s: return GuardedSelect(s, ScalarCode.TypeName(s.Type), ScalarValue);
            case SelectExpr s: return $"({ScalarValue(s.Condition)} ? {ScalarValue(s.WhenTrue)} : {ScalarValue(s.WhenFalse)})";
            case TableExpr t: return TableElement(t);
            case RandomExpr r: return code.Uniform(ScalarValue(r.Seed), r.Stream, Counted(r, r.Index));
            default: return OtherText(expr);
        }
    }

    /// <summary>Forms that only some targets have.</summary>
    protected virtual string OtherText(Expr expr) => throw new InternalCompilerException("emit", $"no scalar form for {expr}");

    protected virtual string RegisterElement(LoadExpr load) => Locals.Register(load.Buffer, load.Index).Name;

    protected string Counted(RandomExpr random, IndexExpr index) => random.First is { } first ? $"{Index(index)} + {ScalarValue(first)}" : Index(index);

    /// <summary>A select whose branches may only be read where the condition holds.</summary>
    protected string GuardedSelect(SelectExpr select, string type, Func<Expr, string> value)
    {
        var condition = ScalarValue(select.Condition);
        var result = Locals.Names.Unique("guarded");
        Writer.Line($"{type} {result};");
        foreach (var (head, branch) in new[] { ($"if ({condition})", select.WhenTrue), ("else", select.WhenFalse) })
            using (Writer.Open(head))
                InBlock(() => Writer.Line($"{result} = {value(branch)};"), isGuarded: true);
        return result;
    }

    protected static string Parenthesised(string text) => text.StartsWith('-') || text.StartsWith('~') || text.StartsWith('!') || text.StartsWith('(') && text.Contains(')') && !text.EndsWith(')')
        ? $"({text})"
        : text;

    private static string NameFor(Expr expr) => expr switch
    {
        LoadExpr load => $"{load.Buffer.Name}Value",
        UnaryExpr u => u.Function.ToString().ToLowerInvariant(),
        BinaryExpr { Function: BinaryFunction.Multiply } => "product",
        BinaryExpr b => b.Function.ToString().ToLowerInvariant(),
        SelectExpr => "chosen",
        RandomExpr => "random",
        _ => "t",
    };

    private string Atom(IndexAtom atom) => atom switch
    {
        LoopVar v => Locals.Variable(v),
        FloorDivAtom or ModAtom when Locals.AtomName(atom) is { } name => name,
        FloorDivAtom d when d.Value.Minimum >= 0 => $"({Index(d.Value)}) / {d.Divisor}",
        FloorDivAtom d => $"Integers.FloorDivide({Index(d.Value)}, {d.Divisor})",
        ModAtom m when m.Value.Minimum >= 0 => $"({Index(m.Value)}) % {m.Divisor}",
        ModAtom m => $"Integers.Modulo({Index(m.Value)}, {m.Divisor})",
        DataAtom g => DataIndex(ScalarValue(g.Value), g.Extent),
        _ => throw new InternalCompilerException("emit", $"unknown index atom {atom}"),
    };

    /// <summary>An index read from data, forced into 0..extent-1.</summary>
    protected virtual string DataIndex(string value, long extent) => $"Integers.Clamp((long){value}, {extent})";

    private string Bounds(InBoundsExpr bounds)
    {
        var index = Index(bounds.Index);
        if (bounds.Index.Minimum >= bounds.Low) return $"({index} < {bounds.High})";
        if (bounds.Index.Maximum < bounds.High) return $"({index} >= {bounds.Low})";
        return bounds.Low == 0 ? $"(({(HasShortIndices ? "uint" : "ulong")})({index}) < {bounds.High})" : $"({index} >= {bounds.Low} && {index} < {bounds.High})";
    }

    private string TableElement(TableExpr element)
    {
        var values = Enumerable.Range(0, element.Table.Count).Select(i => ScalarCode.Literal(element.Table[i].As(element.Type))).ToArray();
        var cases = values.SkipLast(1).Select((value, i) => $"{i}{(HasShortIndices ? "" : "L")} => {value}");
        return $"(({Index(element.Linear)}) switch {{ {string.Join(", ", cases.Append($"_ => {values[^1]}"))} }})";
    }
}
