using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// Writes scalar and vector forms of expressions. Shared ones and loads get a local variable where they are first needed;
/// the rest is written in place.
/// </summary>
internal sealed class ExpressionEmitter(CodeWriter writer, KernelLocals locals, int lanes, bool isWide)
{
    private const long AllLanes = -1;

    private readonly SortedDictionary<string, string> _laneBuffers = [];
    private CodeWriter _writer = writer;
    private ExpressionScope _scope = new(null, false);

    /// <summary>The serial loop being written, if it holds no other loop: its accesses use hoisted pointers.</summary>
    public LoopVar? Innermost { get; set; }

    public ExpressionScope Scope => _scope;

    /// <summary>Where lanes are computed one by one, as far as they have been.</summary>
    public IEnumerable<(string Type, string Name)> LaneBuffers => _laneBuffers.Select(b => (b.Value, b.Key));

    /// <summary>Runs <paramref name="write"/> in an inner block.</summary>
    public void InBlock(Action write, bool isGuarded = false)
    {
        var outer = _scope;
        _scope = new ExpressionScope(outer, isGuarded || outer.IsGuarded);
        write();
        _scope = outer;
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
            if (locals.AtomName(atom) is not null || !((IndexExpr)atom).Variables.All(bound.Contains)) continue;
            var text = Atom(atom);
            _writer.Line($"var {locals.NameAtom(atom)} = {text};");
            named.Add(atom);
        }
        return named;
    }

    /// <summary>A pointer expression to an element.</summary>
    public string Address(LoopBuffer buffer, IndexExpr index)
    {
        var (pointer, rest) = locals.Address(buffer, index, Innermost);
        return rest.IsConstant && rest.Constant == 0 ? pointer : $"{pointer} + {Index(rest)}";
    }

    /// <summary>An element as an lvalue.</summary>
    public string Element(LoopBuffer buffer, IndexExpr index)
    {
        var (pointer, rest) = locals.Address(buffer, index, Innermost);
        return $"{pointer}[{Index(rest)}]";
    }

    public string ScalarValue(Expr expr)
    {
        if (_scope.Find(expr, 0) is { } known) return known;
        return Keep(expr, 0, ScalarText(expr), "var");
    }

    /// <param name="expr">A value.</param>
    /// <param name="lane">The lane variable; its extent is the number of active lanes.</param>
    public string VectorValue(Expr expr, LoopVar lane)
    {
        // A value that all lanes share is one register, however many of them are active.
        var active = LaneAnalysis.Varies(expr, lane) ? lane.Extent : AllLanes;
        if (_scope.Find(expr, active) is { } known) return known;
        return Keep(expr, active, active == AllLanes ? Broadcast(expr) : VectorText(expr, lane), "var");
    }

    private string Keep(Expr expr, long activeLanes, string text, string type)
    {
        var isMemoryLoad = expr is LoadExpr load && !locals.IsRegister(load.Buffer) && !_scope.IsGuarded;
        var isTrivial = expr is ConstantExpr || expr is LoadExpr register && locals.IsRegister(register.Buffer);
        if (isTrivial || text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) return text;
        if (!isMemoryLoad && _scope.UsesOf(expr) < 2) return text;
        var name = locals.Names.Unique(NameFor(expr));
        _writer.Line($"{type} {name} = {text};");
        _scope.Remember(expr, activeLanes, name);
        return name;
    }

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
        LoopVar v => locals.Variable(v),
        FloorDivAtom or ModAtom when locals.AtomName(atom) is { } name => name,
        FloorDivAtom d when d.Value.Minimum >= 0 => $"({Index(d.Value)}) / {d.Divisor}",
        FloorDivAtom d => $"Integers.FloorDivide({Index(d.Value)}, {d.Divisor})",
        ModAtom m when m.Value.Minimum >= 0 => $"({Index(m.Value)}) % {m.Divisor}",
        ModAtom m => $"Integers.Modulo({Index(m.Value)}, {m.Divisor})",
        DataAtom g => $"Integers.Clamp((long){ScalarValue(g.Value)}, {g.Extent})",
        _ => throw new InternalCompilerException("emit", $"unknown index atom {atom}"),
    };

    private string ScalarText(Expr expr)
    {
        switch (expr)
        {
            case ConstantExpr c: return CpuSimd.Literal(c.Value);
            case IndexValueExpr i: return CpuSimd.Convert(DType.Int64, i.Type, $"({Index(i.Index)})");
            case InBoundsExpr b: return Bounds(b);
            case LoadExpr l when locals.IsRegister(l.Buffer): return RegisterElement(l);
            case LoadExpr l: return CpuSimd.Load(l.Buffer.Type, Element(l.Buffer, l.Index));
            case UnaryExpr u: return Parenthesised(CpuSimd.Unary(u.Function, u.Type, ScalarValue(u.Operand)));
            case BinaryExpr b: return CpuSimd.Binary(b.Function, b.Left.Type, ScalarValue(b.Left), ScalarValue(b.Right));
            case RoundExpr r: return CpuSimd.Round(r.Precision, ScalarValue(r.Operand));
            case ConvertExpr c: return Parenthesised(CpuSimd.Convert(c.Operand.Type, c.Type, ScalarValue(c.Operand)));
            case SelectExpr { IsGuard: true } s: return GuardedSelect(s, CpuSimd.TypeName(s.Type), ScalarValue);
            case SelectExpr s: return $"({ScalarValue(s.Condition)} ? {ScalarValue(s.WhenTrue)} : {ScalarValue(s.WhenFalse)})";
            case TableExpr t: return TableElement(t);
            case RandomExpr r: return $"VectorMath.Uniform({ScalarValue(r.Seed)}, {r.Stream}L, {Counted(r, r.Index)})";
            case ReduceExpr { Body: LoadExpr register } r: return $"VectorMath.{HorizontalName(r.Function)}({Register(register)})";
            default: throw new InternalCompilerException("emit", $"no scalar form for {expr}");
        }
    }

    private string VectorText(Expr expr, LoopVar lane)
    {
        switch (expr)
        {
            case LoadExpr l when locals.IsVectorRegister(l.Buffer): return Register(l);
            case LoadExpr l when LaneAnalysis.IsContiguous(l.Index, lane): return VectorLoad(l, lane);
            case LoadExpr l when LanePattern.Of(l.Index, lane) is { } pattern && pattern.Span <= 2 * lanes: return ShuffledLoad(l, pattern);
            case IndexValueExpr i when LaneAnalysis.IsAffine(i.Index, lane): return Lanes(i.Index, lane, i.Type);
            case IndexValueExpr i when LanePattern.Of(i.Index, lane) is { } pattern: return PatternValues(i, pattern);
            case InBoundsExpr b when LaneAnalysis.IsAffine(b.Index, lane): return VectorBounds(b, lane);
            case UnaryExpr u: return Parenthesised(CpuSimd.VectorUnary(u.Function, VectorValue(u.Operand, lane)));
            case BinaryExpr b:
                return CpuSimd.VectorBinary(b.Function, b.Left.Type, VectorValue(b.Left, lane), VectorValue(b.Right, lane), isWide);
            case RoundExpr r: return CpuSimd.Round(r.Precision, VectorValue(r.Operand, lane));
            case ConvertExpr c when CpuSimd.VectorConvert(c.Operand.Type, c.Type, "x") is not null:
                return Parenthesised(CpuSimd.VectorConvert(c.Operand.Type, c.Type, VectorValue(c.Operand, lane))!);
            case SelectExpr { IsGuard: true } s when LaneAnalysis.Varies(s.Condition, lane): return LaneByLane(s, lane);
            case SelectExpr { IsGuard: true } s:
                return GuardedSelect(s, CpuSimd.VectorName(s.Type, isWide), e => VectorValue(e, lane));
            case SelectExpr s: return VectorSelect(s, lane);
            case RandomExpr r when r.Operands.All(o => !LaneAnalysis.Varies(o, lane)) && LaneAnalysis.IsContiguous(r.Index, lane):
                return $"VectorMath.UniformLanes({ScalarValue(r.Seed)}, {r.Stream}L, {Counted(r, WithoutLane(r.Index, lane))})";
            default: return LaneByLane(expr, lane);
        }
    }

    private string Counted(RandomExpr random, IndexExpr index) => random.First is { } first ? $"{Index(index)} + {ScalarValue(first)}" : Index(index);

    private string Broadcast(Expr expr)
    {
        if (expr is ConstantExpr { Value: { DType: DType.Bool } flag }) return $"{CpuSimd.VectorName(DType.Bool, isWide)}.{(flag.AsBool ? "AllBitsSet" : "Zero")}";
        if (expr is ConstantExpr { Value: { DType: not DType.UInt8 } value } && value.Equals(Scalar.Of(value.DType, 0L)))
            return $"{CpuSimd.VectorName(value.DType, isWide)}.Zero";
        // Straight from memory, so that the broadcast is the load.
        var isPlainLoad = expr is LoadExpr { Type: not DType.Bool and not DType.UInt8 } load && !locals.IsRegister(load.Buffer);
        var scalar = isPlainLoad && _scope.Find(expr, 0) is null ? ScalarText(expr) : ScalarValue(expr);
        var integer = isWide ? "L" : "";
        return expr.Type switch
        {
            DType.Bool => $"Vec.Create({scalar} ? -1{integer} : 0{integer})",
            DType.UInt8 => $"Vec.Create(({(isWide ? "long" : "int")}){scalar})",
            _ => $"Vec.Create({scalar})",
        };
    }

    private string VectorLoad(LoadExpr load, LoopVar lane)
    {
        var address = Address(load.Buffer, WithoutLane(load.Index, lane));
        return CpuSimd.VectorLoad(load.Buffer.Type, address, lane.Extent, lanes, isWide);
    }

    /// <summary>One or two whole loads, of which each lane takes one element.</summary>
    private string ShuffledLoad(LoadExpr load, LanePattern pattern)
    {
        var low = Shuffle(load, pattern.Base, Math.Min(lanes, pattern.Span), pattern.Offsets, 0);
        if (pattern.Span <= lanes) return low;
        var high = Shuffle(load, pattern.Base + lanes, pattern.Span - lanes, pattern.Offsets, lanes);
        var inLow = Lanes(pattern.Offsets.Select(o => o < lanes ? -1L : 0L));
        return $"Vec.ConditionalSelect({inLow}{MaskCast(load.Type)}, {low}, {high})";
    }

    private string Shuffle(LoadExpr load, IndexExpr from, long count, IReadOnlyList<long> offsets, long first)
    {
        var address = Address(load.Buffer, from);
        var whole = CpuSimd.VectorLoad(load.Buffer.Type, address, count, lanes, isWide);
        return $"Vec.Shuffle({whole}, {Lanes(offsets.Select(o => Math.Clamp(o - first, 0, lanes - 1)))})";
    }

    private string PatternValues(IndexValueExpr value, LanePattern pattern)
    {
        var integer = isWide ? "long" : "int";
        var values = $"(Vec.Create(({integer})({Index(pattern.Base)})) + {Lanes(pattern.Offsets)})";
        return value.Type switch
        {
            DType.Float32 => $"Vec.ConvertToSingle({values})",
            DType.Float64 => $"Vec.ConvertToDouble({values})",
            _ => values,
        };
    }

    /// <summary>A constant integer vector; lanes behind the given ones repeat the last.</summary>
    private string Lanes(IEnumerable<long> values)
    {
        var given = values.ToList();
        while (given.Count < lanes) given.Add(given[^1]);
        return $"Vec.Create({string.Join(", ", given.Select(v => isWide ? $"{v}L" : $"{v}"))})";
    }

    private static string MaskCast(DType type) => type switch { DType.Float32 => ".AsSingle()", DType.Float64 => ".AsDouble()", _ => "" };

    private string VectorSelect(SelectExpr select, LoopVar lane)
    {
        var mask = VectorValue(select.Condition, lane);
        return $"Vec.ConditionalSelect({mask}{MaskCast(select.Type)}, {VectorValue(select.WhenTrue, lane)}, {VectorValue(select.WhenFalse, lane)})";
    }

    private string Lanes(IndexExpr index, LoopVar lane, DType type)
    {
        var (integer, name) = isWide ? ("long", "I64") : ("int", "I32");
        var coefficient = index.Coefficient(lane);
        var steps = coefficient == 1 ? $"{name}.Indices" : $"{name}.Indices * {coefficient}";
        var values = $"(Vec.Create(({integer})({Index(WithoutLane(index, lane))})) + {steps})";
        return type switch
        {
            DType.Float32 => $"Vec.ConvertToSingle({values})",
            DType.Float64 => $"Vec.ConvertToDouble({values})",
            _ => values,
        };
    }

    private string VectorBounds(InBoundsExpr bounds, LoopVar lane)
    {
        var integer = isWide ? "L" : "";
        var index = Lanes(bounds.Index, lane, isWide ? DType.Int64 : DType.Int32);
        var fromLow = $"Vec.GreaterThanOrEqual({index}, Vec.Create({bounds.Low}{integer}))";
        var belowHigh = $"Vec.LessThan({index}, Vec.Create({bounds.High}{integer}))";
        return bounds.Index.Minimum >= bounds.Low ? belowHigh : bounds.Index.Maximum < bounds.High ? fromLow : $"({fromLow} & {belowHigh})";
    }

    /// <summary>Computes each lane by itself into a small buffer: for gathers and for guards that differ between lanes.</summary>
    private string LaneByLane(Expr expr, LoopVar lane)
    {
        var name = locals.Variable(lane);
        var vector = CpuSimd.VectorName(expr.Type, isWide);
        var buffer = $"lanes{vector}";
        _laneBuffers[buffer] = vector switch { "F32" => "float", "F64" => "double", "I32" => "int", _ => "long" };
        using (_writer.Open($"for (long {name} = 0; {name} < {lane.Extent}; {name}++)"))
        {
            InBlock(() =>
            {
                _scope.CountUses([expr]);
                var value = ScalarText(expr);
                var zero = isWide ? "0L" : "0";
                _writer.Line($"{buffer}[{name}] = {(expr.Type == DType.Bool ? $"{value} ? ~{zero} : {zero}" : value)};");
            }, isGuarded: true);
        }
        var local = locals.Names.Unique("gathered");
        _writer.Line($"var {local} = Vec.Load({buffer});");
        _scope.Remember(expr, lane.Extent, local);
        return local;
    }

    /// <summary>A select whose branches may only be read where the condition holds.</summary>
    private string GuardedSelect(SelectExpr select, string type, Func<Expr, string> value)
    {
        var condition = ScalarValue(select.Condition);
        var result = locals.Names.Unique("guarded");
        var outer = _writer;
        _writer.Line($"{type} {result};");
        foreach (var (head, branch) in new[] { ($"if ({condition})", select.WhenTrue), ("else", select.WhenFalse) })
            using (_writer.Open(head))
                InBlock(() => _writer.Line($"{result} = {value(branch)};"), isGuarded: true);
        _writer = outer;
        return result;
    }

    private string Bounds(InBoundsExpr bounds)
    {
        var index = Index(bounds.Index);
        if (bounds.Index.Minimum >= bounds.Low) return $"({index} < {bounds.High})";
        if (bounds.Index.Maximum < bounds.High) return $"({index} >= {bounds.Low})";
        return bounds.Low == 0 ? $"((ulong)({index}) < {bounds.High})" : $"({index} >= {bounds.Low} && {index} < {bounds.High})";
    }

    private string TableElement(TableExpr element)
    {
        var values = Enumerable.Range(0, element.Table.Count).Select(i => CpuSimd.Literal(element.Table[i].As(element.Type))).ToArray();
        var cases = values.SkipLast(1).Select((value, i) => $"{i}L => {value}");
        return $"(({Index(element.Linear)}) switch {{ {string.Join(", ", cases.Append($"_ => {values[^1]}"))} }})";
    }

    private string RegisterElement(LoadExpr load)
    {
        var (name, lane) = locals.Register(load.Buffer, load.Index);
        if (!locals.IsVectorRegister(load.Buffer)) return name;
        return load.Index.Variables.SingleOrDefault() is { } variable
            ? $"{name}.GetElement((int){locals.Variable(variable)})"
            : $"{name}.GetElement({lane})";
    }

    private string Register(LoadExpr load) => locals.Register(load.Buffer, load.Index).Name;

    private static string HorizontalName(ReduceFunction function) => function switch
    {
        ReduceFunction.Sum => "Sum",
        ReduceFunction.Product => "Product",
        ReduceFunction.Minimum => "Min",
        ReduceFunction.Maximum => "Max",
        _ => throw new InternalCompilerException("emit", $"lanes cannot combine by {function}"),
    };

    public static IndexExpr WithoutLane(IndexExpr index, LoopVar lane) => index - (IndexExpr)lane * index.Coefficient(lane);

    private static string Parenthesised(string text) => text.StartsWith('-') || text.StartsWith('~') || text.StartsWith('!') || text.StartsWith('(') && text.Contains(')') && !text.EndsWith(')')
        ? $"({text})"
        : text;
}
