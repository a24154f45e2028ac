using System.Text;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph.Format;

/// <summary>
/// Everything about a graph that a compiler can see, as bytes: structure, attributes, constants, names, and the user's lines.
/// Equal for graphs that were traced alike, different for any others.
/// </summary>
/// <remarks>
/// Nodes stand in an order in which operands and the nodes of bodies come before those that use them, and are numbered by it. A
/// record is its constructor's parameters in order; where a type stands for the first time their names come before it, so that
/// a reader finds them by name. A text is its number, and stands itself where it is met first.
/// </remarks>
/// <param name="wholePaths">Whether the user's files are written with their folders.</param>
internal sealed class GraphWriter(bool wholePaths)
{
    public const int NullText = -2;
    public const int NewText = -1;

    private readonly MemoryStream _bytes = new();
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _texts = [];
    private readonly HashSet<Type> _described = [];
    private int _slots;
    private BinaryWriter _writer = null!;

    public byte[] Write(GraphDocument document)
    {
        _writer = new BinaryWriter(_bytes, Encoding.UTF8);
        var graph = document.Graph;
        Text(graph.Name);
        Nodes(graph);
        _writer.Write7BitEncodedInt(graph.Outputs.Count);
        foreach (var output in graph.Outputs)
        {
            Text(output.Name);
            Number(output.Value);
        }
        _writer.Write7BitEncodedInt(graph.Updates.Count);
        foreach (var update in graph.Updates)
        {
            Slot(update.Slot);
            Number(update.Value);
        }
        Value(typeof(EquatableArray<InputDemand>), document.Demands);
        _writer.Flush();
        return _bytes.ToArray();
    }

    private void Nodes(ComputationGraph graph)
    {
        var nodes = new List<Node>();
        Collect(graph.TopologicalOrder(), nodes);
        _writer.Write7BitEncodedInt(nodes.Count);
        foreach (var node in nodes)
        {
            Text(node.Op.GetType().Name);
            Fields(node.Op.GetType(), node.Op);
            _writer.Write7BitEncodedInt(node.Inputs.Length);
            foreach (var input in node.Inputs) Number(input);
            Text(node.Scope);
            Source(node.Source);
        }
    }

    private void Collect(IReadOnlyList<Node> order, List<Node> nodes)
    {
        foreach (var node in order)
        {
            if (_numbers.ContainsKey(node)) continue;
            foreach (var body in node.Op.Bodies) Collect(body.Order, nodes);
            _numbers.Add(node, nodes.Count);
            nodes.Add(node);
        }
    }

    private void Value(Type type, object? value)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            _writer.Write(value is not null);
            if (value is not null) Value(underlying, value);
            return;
        }
        switch (value)
        {
            case string or null when type == typeof(string): Text((string?)value); break;
            case bool flag: _writer.Write(flag); break;
            case int number: _writer.Write7BitEncodedInt(number); break;
            case long number: _writer.Write7BitEncodedInt64(number); break;
            case Enum: Text(value.ToString()); break;
            case Node node: Number(node); break;
            case StateSlot slot: Slot(slot); break;
            case Literal literal: Constant(literal); break;
            case Dim dim: Extent(dim); break;
            case Scalar scalar: Element(scalar); break;
            case SourceLocation source: Source(source); break;
            case IArrayView array: Items(type, array.Items); break;
            default: Record(type, value); break;
        }
    }

    private void Items(Type type, Array items)
    {
        _writer.Write7BitEncodedInt(items.Length);
        if (items.Length == 0) return;
        var element = type.GenericTypeArguments[0];
        foreach (var item in items) Value(element, item);
    }

    private void Record(Type type, object? value)
    {
        if (type.Assembly != typeof(GraphWriter).Assembly || value is not null && value.GetType() != type)
            throw new InternalCompilerException("graph format", $"no bytes for {value?.GetType()} where {type} stands");
        if (!type.IsValueType) _writer.Write(value is not null);
        if (value is not null) Fields(type, value);
    }

    private void Fields(Type type, object value)
    {
        var schema = RecordSchema.Of(type);
        if (_described.Add(type))
        {
            _writer.Write7BitEncodedInt(schema.Parameters.Length);
            foreach (var parameter in schema.Parameters) Text(parameter.Name);
        }
        for (var i = 0; i < schema.Parameters.Length; i++)
        {
            // Whose input it is tells graphs of one process apart and means nothing in another.
            if (schema.Parameters[i].ParameterType != typeof(object)) Value(schema.Parameters[i].ParameterType, schema.ValueOf(value, i));
        }
    }

    private void Number(Node node) => _writer.Write7BitEncodedInt(_numbers[node]);

    /// <summary>States are told apart as objects: two of one name and type are two.</summary>
    private void Slot(StateSlot slot)
    {
        if (_numbers.TryGetValue(slot, out var number))
        {
            _writer.Write7BitEncodedInt(number);
            return;
        }
        _numbers.Add(slot, _slots);
        _writer.Write7BitEncodedInt(_slots++);
        Text(slot.Name);
        _writer.Write(slot.BelongsToTraining);
        Value(typeof(TensorType), slot.Type);
    }

    private void Constant(Literal literal)
    {
        Value(typeof(TensorType), literal.Type);
        _writer.Write7BitEncodedInt(literal.Bytes.Length);
        _writer.Write(literal.Bytes);
    }

    private void Extent(Dim dim)
    {
        if (dim.IsBound)
        {
            // As many terms as a sum of one number has.
            _writer.Write7BitEncodedInt(1);
            _writer.Write7BitEncodedInt64(dim.Value);
            _writer.Write7BitEncodedInt(0);
            return;
        }
        var terms = dim.Terms.ToArray();
        _writer.Write7BitEncodedInt(terms.Length);
        foreach (var (coefficient, symbols) in terms)
        {
            _writer.Write7BitEncodedInt64(coefficient);
            Value(typeof(EquatableArray<DimSymbol>), symbols);
        }
    }

    private void Element(Scalar scalar)
    {
        Text(scalar.DType.ToString());
        if (Runtime.DTypes.IsFloat(scalar.DType)) _writer.Write(scalar.AsDouble);
        else _writer.Write(scalar.AsInt64);
    }

    private void Source(SourceLocation source)
    {
        Text(wholePaths ? source.File : Path.GetFileName(source.File.Replace('\\', '/')));
        _writer.Write7BitEncodedInt(source.Line);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            _writer.Write7BitEncodedInt(NullText);
        }
        else if (_texts.TryGetValue(text, out var number))
        {
            _writer.Write7BitEncodedInt(number);
        }
        else
        {
            _writer.Write7BitEncodedInt(NewText);
            _texts.Add(text, _texts.Count);
            _writer.Write(text);
        }
    }
}
