using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>Writes scalar and vector forms of expressions for the CPU.</summary>
internal sealed class VectorExpressions(CodeWriter writer, KernelLocals locals, int lanes, bool isWide) : ScalarExpressions(writer, locals, CpuScalars.Instance)
{
    private const long AllLanes = -1;

    private readonly SortedDictionary<string, string> _laneBuffers = [];

    /// <summary>Where lanes are computed one by one, as far as they have been.</summary>
    public IEnumerable<(string Type, string Name)> LaneBuffers => _laneBuffers.Select(b => (b.Value, b.Key));

    /// <summary>A pointer expression to an element.</summary>
    public string Address(LoopBuffer buffer, IndexExpr index)
    {
        var (name, hoisted, rest) = Locals.Place(buffer, index, Innermost);
        return rest.IsConstant && rest.Constant == 0 ? hoisted ?? name : $"{hoisted ?? name} + {Index(rest)}";
    }

    public override string Element(LoopBuffer buffer, IndexExpr index)
    {
        var (name, hoisted, rest) = Locals.Place(buffer, index, Innermost);
        return $"{hoisted ?? name}[{Index(rest)}]";
    }

    /// <param name="expr">A value.</param>
    /// <param name="lane">The lane variable; its extent is the number of active lanes.</param>
    public string VectorValue(Expr expr, LoopVar lane)
    {
        // A value that all lanes share is one register, however many of them are active.
        var active = LaneAnalysis.Varies(expr, lane) ? lane.Extent : AllLanes;
        if (Scope.Find(expr, active) is { } known) return known;
        return Keep(expr, active, active == AllLanes ? Broadcast(expr) : VectorText(expr, lane), "var");
    }

    private string VectorText(Expr expr, LoopVar lane)
    {
        switch (expr)
        {
            case LoadExpr l when Locals.IsVectorRegister(l.Buffer): return Register(l);
            case LoadExpr l when LaneAnalysis.IsContiguous(l.Index, lane): return VectorLoad(l, lane);
            case LoadExpr l when LanePattern.Of(l.Index, lane) is { } pattern && pattern.Span <= 2 * lanes: return ShuffledLoad(l, pattern);
            case IndexValueExpr i when LaneAnalysis.IsAffine(i.Index, lane): return Lanes(i.Index, lane, i.Type);
            case IndexValueExpr i when LanePattern.Of(i.Index, lane) is { } pattern: return PatternValues(i, pattern);
            case InBoundsExpr b when LaneAnalysis.IsAffine(b.Index, lane): return VectorBounds(b, lane);
            case UnaryExpr u: return Parenthesised(CpuSimd.VectorUnary(u.Function, VectorValue(u.Operand, lane)));
            case BinaryExpr b:
                return CpuSimd.VectorBinary(b.Function, b.Left.Type, VectorValue(b.Left, lane), VectorValue(b.Right, lane), isWide);
            case RoundExpr r: return ScalarCode.Round(r.Precision, VectorValue(r.Operand, lane));
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

    private string Broadcast(Expr expr)
    {
        if (expr is ConstantExpr { Value: { DType: DType.Bool } flag }) return $"{CpuSimd.VectorName(DType.Bool, isWide)}.{(flag.AsBool ? "AllBitsSet" : "Zero")}";
        if (expr is ConstantExpr { IsZero: true, Type: not DType.UInt8 }) return $"{CpuSimd.VectorName(expr.Type, isWide)}.Zero";
        // Straight from memory, so that the broadcast is the load.
        var isPlainLoad = expr is LoadExpr { Type: not DType.Bool and not DType.UInt8 } load && !Locals.IsRegister(load.Buffer);
        var scalar = isPlainLoad && Scope.Find(expr, 0) is null ? ScalarText(expr) : ScalarValue(expr);
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
        var name = Locals.Variable(lane);
        var vector = CpuSimd.VectorName(expr.Type, isWide);
        var buffer = $"lanes{vector}";
        _laneBuffers[buffer] = vector switch { "F32" => "float", "F64" => "double", "I32" => "int", _ => "long" };
        using (Writer.Open($"for (long {name} = 0; {name} < {lane.Extent}; {name}++)"))
        {
            InBlock(() =>
            {
                Scope.CountUses([expr]);
                var value = ScalarText(expr);
                var zero = isWide ? "0L" : "0";
                Writer.Line($"{buffer}[{name}] = {(expr.Type == DType.Bool ? $"{value} ? ~{zero} : {zero}" : value)};");
            }, isGuarded: true);
        }
        var local = Locals.Names.Unique("gathered");
        Writer.Line($"var {local} = Vec.Load({buffer});");
        Scope.Remember(expr, lane.Extent, local);
        return local;
    }

    protected override string OtherText(Expr expr) => expr is ReduceExpr { Body: LoadExpr register } reduce
        ? $"VectorMath.{HorizontalName(reduce.Function)}({Register(register)})"
        : base.OtherText(expr);

    protected override string RegisterElement(LoadExpr load)
    {
        var (name, lane) = Locals.Register(load.Buffer, load.Index);
        if (!Locals.IsVectorRegister(load.Buffer)) return name;
        return load.Index.Variables.SingleOrDefault() is { } variable
            ? $"{name}.GetElement((int){Locals.Variable(variable)})"
            : $"{name}.GetElement({lane})";
    }

    private string Register(LoadExpr load) => Locals.Register(load.Buffer, load.Index).Name;

    private static string HorizontalName(ReduceFunction function) => function switch
    {
        ReduceFunction.Sum => "Sum",
        ReduceFunction.Product => "Product",
        ReduceFunction.Minimum => "Min",
        ReduceFunction.Maximum => "Max",
        _ => throw new InternalCompilerException("emit", $"lanes cannot combine by {function}"),
    };

    public static IndexExpr WithoutLane(IndexExpr index, LoopVar lane) => index - (IndexExpr)lane * index.Coefficient(lane);
}
