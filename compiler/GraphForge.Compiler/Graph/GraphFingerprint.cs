using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// A hash of everything about a graph that a compiler can see: structure, attributes, constants, names, and the user's lines.
/// Equal in every process for graphs that were traced alike; different, as far as SHA-256 goes, for any others. Ops are read
/// field by field, as their equality compares them, so that a new attribute cannot be forgotten.
/// </summary>
public sealed class GraphFingerprint
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> KnownFields = new();

    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _texts = [];

    private GraphFingerprint() => _writer = new BinaryWriter(_bytes, Encoding.UTF8);

    /// <summary>32 bytes.</summary>
    public static byte[] Of(ComputationGraph graph)
    {
        var fingerprint = new GraphFingerprint();
        fingerprint.Write(graph);
        return SHA256.HashData(fingerprint._bytes.GetBuffer().AsSpan(0, (int)fingerprint._bytes.Length));
    }

    private void Write(ComputationGraph graph)
    {
        Text(graph.Name);
        Nodes(graph.TopologicalOrder());
        _writer.Write(graph.Outputs.Count);
        foreach (var output in graph.Outputs)
        {
            Text(output.Name);
            Value(output.Value);
        }
        _writer.Write(graph.Updates.Count);
        foreach (var update in graph.Updates)
        {
            Value(update.Slot);
            Value(update.Value);
        }
    }

    /// <summary>Nodes in an order in which operands are numbered before they are met.</summary>
    private void Nodes(IReadOnlyList<Node> order)
    {
        foreach (var node in order)
        {
            if (_numbers.ContainsKey(node)) continue;
            foreach (var body in node.Op.Bodies) Nodes(body.Order);
            Op(node.Op);
            _writer.Write(node.Inputs.Length);
            foreach (var input in node.Inputs) Value(input);
            Text(node.Scope);
            Value(node.Source);
            _numbers.Add(node, _numbers.Count);
        }
    }

    private void Op(Op op)
    {
        // Whose input it is tells graphs of one process apart and means nothing in another.
        if (op is Input input) Fields(input with { Owner = null });
        else Fields(op);
    }

    /// <summary>A mark of what follows comes first, so that no two lists of values run together to the same bytes.</summary>
    private void Value(object? value)
    {
        switch (value)
        {
            case null: _writer.Write('0'); break;
            case string text: _writer.Write('t'); Text(text); break;
            case bool or int or Enum: _writer.Write('i'); _writer.Write(Convert.ToInt32(value, null)); break;
            case long number: _writer.Write('l'); _writer.Write(number); break;
            case double number: _writer.Write('d'); _writer.Write(number); break;
            case Array items: _writer.Write('a'); Items(items); break;
            case Node node: _writer.Write('n'); _writer.Write(_numbers[node]); break;
            case StateSlot slot: State(slot); break;
            case Literal literal: _writer.Write('c'); Constant(literal); break;
            case Subgraph body: _writer.Write('b'); Body(body); break;
            case SourceLocation source: _writer.Write('@'); Text(source.File); _writer.Write(source.Line); break;
            default: _writer.Write('f'); Fields(value); break;
        }
    }

    private void Items(Array items)
    {
        _writer.Write(items.Length);
        foreach (var item in items) Value(item);
    }

    /// <summary>States are told apart as objects: two of one name and type are two.</summary>
    private void State(StateSlot slot)
    {
        if (_numbers.TryGetValue(slot, out var number))
        {
            _writer.Write('s');
            _writer.Write(number);
            return;
        }
        _numbers.Add(slot, _numbers.Count);
        _writer.Write('S');
        Text(slot.Name);
        _writer.Write(slot.BelongsToTraining);
        Value(slot.Type);
    }

    private void Constant(Literal literal)
    {
        Value(literal.Type);
        _writer.Write(literal.Bytes.Length);
        _writer.Write(literal.Bytes);
    }

    private void Body(Subgraph body)
    {
        Value(body.Parameters);
        _writer.Write(body.Roots.Count);
        foreach (var root in body.Roots) Value(root);
    }

    private void Fields(object value)
    {
        var type = value.GetType();
        if (type.Assembly != typeof(GraphFingerprint).Assembly && type.Assembly != typeof(Runtime.DType).Assembly)
            throw new InternalCompilerException("fingerprint", $"no bytes for an attribute of type {type}");
        Text(type.FullName!);
        foreach (var field in KnownFields.GetOrAdd(type, FieldsOf)) Value(field.GetValue(value));
    }

    private static FieldInfo[] FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var declaring = type; declaring is not null && declaring != typeof(object); declaring = declaring.BaseType)
            fields.AddRange(declaring.GetFields(Own));
        return [.. fields];
    }

    /// <summary>Texts repeat: the second time a number will do.</summary>
    private void Text(string text)
    {
        if (_texts.TryGetValue(text, out var number))
        {
            _writer.Write(number);
            return;
        }
        _writer.Write(~_texts.Count);
        _texts.Add(text, _texts.Count);
        _writer.Write(text);
    }
}
