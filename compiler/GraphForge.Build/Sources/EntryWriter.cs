using System.Security;
using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Build.Sources;

/// <summary>Writes the class that a program uses: a typed <c>Run</c> over all choices of extents.</summary>
internal sealed class EntryWriter
{
    private readonly CodeWriter _writer = new();
    private readonly CompiledModel _model;
    private readonly MarkedModel _marked;
    private readonly ModelName _name;
    private readonly IReadOnlyList<ModelProgram> _programs;
    private readonly ModelData _data;
    private readonly IReadOnlyList<DimSymbol> _symbols;
    private readonly (TensorSpec Spec, string Name)[] _inputs;
    private readonly (TensorSpec Spec, string Name)[] _outputs;
    private readonly string[] _extents;

    public EntryWriter(CompiledModel model, MarkedModel marked, ModelName name, IReadOnlyList<ModelProgram> programs, ModelData data)
    {
        (_model, _marked, _name, _programs, _data) = (model, marked, name, programs, data);
        _symbols = model.Function.Inputs.Symbols;
        var names = new CSharpNames("program", "run");
        _extents = [.. _symbols.Select(s => names.Unique(s.Name))];
        _inputs = [.. model.Inputs.Select(i => (i, names.Unique(i.Name)))];
        _outputs = [.. model.Outputs.Select(o => (o, names.Unique(o.Name)))];
    }

    /// <summary>Extents are arguments where one length does not tell them.</summary>
    private bool TakesExtents => _symbols.Count > 1;

    public string Write()
    {
        foreach (var line in (string[])["System", "GraphForge.Runtime", "GraphForge.Runtime.Artifacts", "GraphForge.Runtime.Embedded"]) _writer.Line($"using {line};");
        _writer.Line();
        if (_name.Namespace.Length > 0)
        {
            _writer.Line($"namespace {_name.Namespace};");
            _writer.Line();
        }
        WriteSummary();
        using (_writer.Open($"public static partial class {_name.Class}"))
        {
            WriteData();
            foreach (var program in _programs) WriteProgram(program);
            WriteThreads();
            WritePrepare();
            WriteRun();
            WriteChoice();
        }
        return _writer.ToString();
    }

    private void WriteSummary()
    {
        var bytes = _model.SavedStates.Sum(s => s.Buffer.Bytes);
        _writer.Line("/// <summary>");
        _writer.Line($"/// Compiled from <c>{_marked.Member}</c>{(_marked.Where.IsKnown ? $" ({_marked.Where})" : "")}, with {bytes:N0} bytes of weights: " +
            $"{string.Join(", ", _model.Inputs.Select(Described))} → {string.Join(", ", _model.Outputs.Select(Described))}.");
        _writer.Line("/// May be used by several threads at once.");
        _writer.Line("/// </summary>");
    }

    private void WriteData()
    {
        _writer.Line($"private static readonly EmbeddedData Data = new(typeof({_name.Class}).Assembly, {PlanWriter.Quoted(_name.Class + ".safetensors")}, {_data.Bytes.Length});");
        _writer.Line();
        _writer.Line("private static readonly StateBuffer[] States =");
        _writer.Line("[");
        foreach (var state in _model.SavedStates.Select(s => s.Description))
            _writer.Line($"    Data.State({PlanWriter.Quoted(state.Name)}, DType.{state.DType}, [{string.Join(", ", state.Dims)}], {_data.OffsetOf(state)}),");
        _writer.Line("];");
        _writer.Line();
    }

    private void WriteProgram(ModelProgram program)
    {
        _writer.Line($"private static readonly Lazy<EmbeddedProgram> {program.Name} = new(() => new(States, Data, Threads,");
        _writer.Line($"    [{string.Join(", ", _model.Inputs.Select(i => $"({PlanWriter.Quoted(i.Name)}, {Elements(i, program)})"))}], " +
            $"[{string.Join(", ", _model.Outputs.Select(o => PlanWriter.Quoted(o.Name)))}],");
        foreach (var (i, check) in program.Checks.Index()) _writer.Line($"    {(i == 0 ? "[" : " ")}{Check(check)}{(i == program.Checks.Count - 1 ? "]" : "")},");
        if (program.Checks.Count == 0) _writer.Line("    [],");
        foreach (var (i, variant) in program.Variants.Index())
            _writer.Line($"    new {_name.Class}Programs.{variant.Name}.Variant(){(i == program.Variants.Count - 1 ? "));" : ",")}");
        _writer.Line();
    }

    private void WriteThreads()
    {
        _writer.Line("/// <summary>Threads of a run, the caller's included; to be set before the first run. Results do not depend on it.</summary>");
        _writer.Line("public static int Threads { get; set; } = Environment.ProcessorCount;");
        _writer.Line();
    }

    private void WritePrepare()
    {
        _writer.Line("/// <summary>Has machine code made for every kernel, which the first run of each size would do.</summary>");
        using (_writer.Open("public static void Prepare()"))
            foreach (var program in _programs) _writer.Line($"_ = {program.Name}.Value;");
        _writer.Line();
    }

    private void WriteRun()
    {
        _writer.Line("/// <summary>Computes the outputs. Allocates nothing after the first run of a size.</summary>");
        foreach (var (symbol, extent) in _symbols.Zip(_extents).Where(_ => TakesExtents))
            _writer.Line($"/// <param name=\"{extent}\">Extent of that name: {string.Join(" or ", _programs.Select(p => p.Extents[symbol]).Distinct())}.</param>");
        foreach (var (spec, name) in _inputs) _writer.Line($"/// <param name=\"{name}\">{Escaped(TypeOf(spec))}, row-major{Sizes(spec)}.</param>");
        foreach (var (spec, name) in _outputs) _writer.Line($"/// <param name=\"{name}\">Receives {Escaped(TypeOf(spec))}, row-major{Sizes(spec)}.</param>");
        _writer.Line("/// <exception cref=\"ArgumentException\">A length does not fit, or an index is out of range; nothing was computed.</exception>");
        var extents = TakesExtents ? _extents.Select(e => $"long {e}") : [];
        var inputs = _inputs.Select(i => $"ReadOnlySpan<{TypeName(i.Spec.DType)}> {i.Name}");
        var outputs = _outputs.Select(o => $"Span<{TypeName(o.Spec.DType)}> {o.Name}");
        using (_writer.Open($"public static void Run({string.Join(", ", [.. extents, .. inputs, .. outputs])})"))
        {
            _writer.Line($"var program = {Choice()};");
            foreach (var (i, input) in _inputs.Index()) _writer.Line($"program.CheckInput({i}, {input.Name});");
            foreach (var (i, output) in _outputs.Index()) _writer.Line($"program.CheckOutput({i}, {output.Name});");
            _writer.Line("using var run = program.Rent();");
            foreach (var (i, input) in _inputs.Index()) _writer.Line($"program.SetInput(run, {i}, {input.Name});");
            _writer.Line("run.Run();");
            foreach (var (i, output) in _outputs.Index()) _writer.Line($"program.GetOutput(run, {i}, {output.Name});");
        }
    }

    /// <summary>The program of a run.</summary>
    private string Choice() => _symbols.Count switch
    {
        0 => $"{_programs[0].Name}.Value",
        1 => $"For({Deciding.Name}.Length)",
        _ => $"For({string.Join(", ", _extents)})",
    };

    /// <summary>The input whose length tells the only extent that is open.</summary>
    private (TensorSpec Spec, string Name) Deciding => _inputs.First(i => i.Spec.Shape.Any(d => d.Symbols.Contains(_symbols[0])));

    private void WriteChoice()
    {
        if (_symbols.Count == 0) return;
        _writer.Line();
        _writer.Line($"private static EmbeddedProgram For({(TakesExtents ? string.Join(", ", _extents.Select(e => $"long {e}")) : "int length")}) => " +
            $"{(TakesExtents ? $"({string.Join(", ", _extents)})" : "length")} switch");
        _writer.Line("{");
        foreach (var program in _programs.DistinctBy(Pattern)) _writer.Line($"    {Pattern(program)} => {program.Name}.Value,");
        _writer.Line($"    _ => throw new ArgumentException({Refusal()}),");
        _writer.Line("};");
    }

    private string Pattern(ModelProgram program) => TakesExtents
        ? $"({string.Join(", ", _symbols.Select(s => program.Extents[s]))})"
        : $"{Elements(Deciding.Spec, program)}";

    private string Refusal()
    {
        var known = string.Join("; for ", _programs.Select(p => string.Join(", ", _symbols.Select(s => $"{s.Name} = {p.Extents[s]}"))));
        var given = TakesExtents
            ? string.Join(", ", _symbols.Zip(_extents).Select(e => $"{e.First.Name} = {{{e.Second}}}"))
            : $"{{length}} elements of '{Deciding.Spec.Name}', {TypeOf(Deciding.Spec)}";
        var text = $"{_name.Class} was compiled for {known}, not for {given}. Add what is needed to the Bindings of its CompiledModel attribute.";
        return "$" + PlanWriter.Quoted(text) + (TakesExtents ? "" : ", " + PlanWriter.Quoted(Deciding.Name));
    }

    private string Sizes(TensorSpec spec) => !spec.Shape.SelectMany(d => d.Symbols).Any() ? ""
        : $"; {string.Join(" or ", _programs.Select(p => $"{Elements(spec, p):N0}").Distinct())} elements";

    private static long Elements(TensorSpec spec, ModelProgram program) => spec.Shape.Bind(program.Extents).Values.Aggregate(1L, (size, dim) => size * dim);

    private static string Check(IndexCheck check)
    {
        var part = check.Part is { } p
            ? $"new IndexPart([{string.Join(", ", p.Starts)}], [{string.Join(", ", p.Lengths)}], [{string.Join(", ", p.Steps)}])"
            : "null";
        return $"new IndexCheck({PlanWriter.Quoted(check.Input)}, [{string.Join(", ", check.Dims)}], {check.Count}, " +
            $"{(check.Ignored is { } ignored ? ignored.ToString() : "null")}, {PlanWriter.Quoted(check.Demand)}, {part})";
    }

    private static string Described(TensorSpec spec) => $"{spec.Name} {TypeOf(spec)}";

    private static string TypeOf(TensorSpec spec) => $"{spec.DType.ToString().ToLowerInvariant()}[{string.Join(", ", spec.Shape)}]";

    private static string Escaped(string text) => SecurityElement.Escape(text);

    private static string TypeName(DType type) => type switch
    {
        DType.Bool => "bool",
        DType.UInt8 => "byte",
        DType.Int32 => "int",
        DType.Int64 => "long",
        DType.Float16 => "Half",
        DType.BFloat16 => "BFloat16",
        DType.Float32 => "float",
        _ => "double",
    };
}
