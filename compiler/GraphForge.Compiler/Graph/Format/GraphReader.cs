using System.Text;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Graph.Format;

/// <summary>Makes a graph of the bytes of a <see cref="GraphWriter"/>. Every count is bounded by the bytes that are left.</summary>
internal sealed class GraphReader
{
    /// <summary>Most bodies within one another.</summary>
    private const int MaxDepth = 32;

    /// <summary>Most terms of an extent, and factors of a term.</summary>
    private const int MaxTerms = 256;

    private readonly object? _owner;
    private readonly BinaryReader _reader;
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Node, int> _depths = new(ReferenceEqualityComparer.Instance);
    private readonly List<StateSlot> _slots = [];
    private readonly List<string> _texts = [];
    private readonly Dictionary<Type, int[]> _parameters = [];

    private GraphReader(byte[] bytes, object? owner)
    {
        _owner = owner;
        _reader = new BinaryReader(new MemoryStream(bytes, writable: false), new UTF8Encoding(false, throwOnInvalidBytes: true));
    }

    private long Left => _reader.BaseStream.Length - _reader.BaseStream.Position;

    /// <exception cref="InvalidGraphException">The bytes are no graph.</exception>
    public static GraphDocument Read(byte[] bytes, object? owner)
    {
        try
        {
            return new GraphReader(bytes, owner).Document();
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or ArithmeticException or InvalidOperationException
            or GraphException or InternalCompilerException or IndexOutOfRangeException or KeyNotFoundException or InvalidCastException or NullReferenceException)
        {
            throw new InvalidGraphException(e.Message, e);
        }
    }

    private GraphDocument Document()
    {
        var name = Text();
        var count = Count();
        for (var i = 0; i < count; i++) ReadNode();
        var outputs = new NamedOutput[Count()];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = new NamedOutput(Text(), Numbered());
        var updates = new StateUpdate[Count()];
        for (var i = 0; i < updates.Length; i++) updates[i] = new StateUpdate(Slot(), Numbered());
        var demands = (EquatableArray<InputDemand>)Value(typeof(EquatableArray<InputDemand>))!;
        var graph = new ComputationGraph(name, outputs, updates);
        GraphVerifier.Verify(graph, "graph format");
        return Left == 0 ? new GraphDocument(graph, demands) : throw new InvalidGraphException($"{Left} bytes follow the graph");
    }

    private void ReadNode()
    {
        var name = Text();
        var op = (Op)Fields(RecordSchema.OfOp(name) ?? throw new InvalidGraphException($"there is no op '{name}'"));
        var inputs = new Node[Count()];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = Numbered();
        var depth = op.Bodies.Select(DepthOf).DefaultIfEmpty(0).Max();
        foreach (var input in inputs) depth = Math.Max(depth, _depths[input]);
        if (depth > MaxDepth) throw new InvalidGraphException($"more than {MaxDepth} loops or branches stand within one another");
        var scope = Text();
        using (NodeScope.At(scope, Source())) _nodes.Add(Node.Of(op, inputs));
        _depths[_nodes[^1]] = depth;
    }

    private int DepthOf(Subgraph body) => 1 + body.Roots.Select(r => _depths[r]).DefaultIfEmpty(0).Max();

    private object? Value(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return _reader.ReadBoolean() ? Value(underlying) : null;
        if (type == typeof(string)) return TextOrNull();
        if (type == typeof(bool)) return _reader.ReadBoolean();
        if (type == typeof(int)) return _reader.Read7BitEncodedInt();
        if (type == typeof(long)) return _reader.Read7BitEncodedInt64();
        if (type.IsEnum) return Name(type);
        if (type == typeof(Node)) return Numbered();
        if (type == typeof(StateSlot)) return Slot();
        if (type == typeof(Literal)) return Constant();
        if (type == typeof(Dim)) return Extent();
        if (type == typeof(Scalar)) return Element();
        if (type == typeof(SourceLocation)) return Source();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>)) return Items(type);
        return type.IsValueType || _reader.ReadBoolean() ? Fields(RecordSchema.Of(type)) : null;
    }

    private object Items(Type type)
    {
        var items = Array.CreateInstance(type.GenericTypeArguments[0], Count());
        for (var i = 0; i < items.Length; i++) items.SetValue(Value(type.GenericTypeArguments[0]), i);
        return Activator.CreateInstance(type, items)!;
    }

    private object Fields(RecordSchema schema)
    {
        if (!_parameters.TryGetValue(schema.Type, out var order)) _parameters.Add(schema.Type, order = Order(schema));
        var values = Array.ConvertAll(schema.Parameters, p => p.HasDefaultValue ? p.DefaultValue : null);
        foreach (var parameter in order)
        {
            var type = schema.Parameters[parameter].ParameterType;
            values[parameter] = type == typeof(object) ? _owner : Value(type);
        }
        return schema.Make(values);
    }

    /// <summary>Which parameters of a constructor follow, by their names; one that is missing must have a default value.</summary>
    private int[] Order(RecordSchema schema)
    {
        var order = new int[Count()];
        for (var i = 0; i < order.Length; i++)
        {
            var name = Text();
            order[i] = Array.FindIndex(schema.Parameters, p => p.Name == name);
            if (order[i] < 0 || Array.IndexOf(order, order[i], 0, i) >= 0) throw new InvalidGraphException($"{schema.Type.Name} has not one '{name}'");
        }
        foreach (var (i, parameter) in schema.Parameters.Index())
            if (!parameter.HasDefaultValue && Array.IndexOf(order, i) < 0) throw new InvalidGraphException($"{schema.Type.Name} lacks '{parameter.Name}'");
        return order;
    }

    private Node Numbered() => _nodes[_reader.Read7BitEncodedInt()];

    private StateSlot Slot()
    {
        var number = _reader.Read7BitEncodedInt();
        if (number != _slots.Count) return _slots[number];
        var (name, belongsToTraining) = (Text(), _reader.ReadBoolean());
        var slot = new StateSlot(name, (TensorType)Value(typeof(TensorType))!) { BelongsToTraining = belongsToTraining };
        if (!slot.Type.Shape.IsBound) throw new InvalidGraphException($"the state '{slot}' has open extents");
        _slots.Add(slot);
        return slot;
    }

    private Literal Constant()
    {
        var type = (TensorType)Value(typeof(TensorType))!;
        var bytes = _reader.ReadBytes(Count());
        Int128 expected = type.DType.Size();
        foreach (var extent in type.Shape.Values)
        {
            if (extent < 0) throw new InvalidGraphException($"a constant is {type}");
            // An extent of 0 may stand beside any others.
            expected = extent == 0 ? 0 : expected > bytes.Length ? expected : expected * extent;
        }
        return expected == bytes.Length ? Literal.Of(type, bytes) : throw new InvalidGraphException($"a constant of {type} has {bytes.Length} bytes");
    }

    private Dim Extent()
    {
        Dim sum = 0;
        var terms = Count();
        for (var i = 0; i < terms; i++)
        {
            Dim product = _reader.Read7BitEncodedInt64();
            var symbols = (EquatableArray<DimSymbol>)Value(typeof(EquatableArray<DimSymbol>))!;
            if (terms > MaxTerms || symbols.Count > MaxTerms) throw new InvalidGraphException($"an extent has {terms} terms");
            foreach (var symbol in symbols) product *= symbol;
            sum += product;
        }
        return sum;
    }

    private Scalar Element()
    {
        var type = (DType)Name(typeof(DType));
        return type.IsFloat() ? Scalar.Of(type, _reader.ReadDouble()) : Scalar.Of(type, _reader.ReadInt64());
    }

    private object Name(Type type)
    {
        var name = Text();
        return Enum.TryParse(type, name, out var value) && Enum.GetName(type, value) == name
            ? value
            : throw new InvalidGraphException($"there is no {type.Name} '{name}'");
    }

    private SourceLocation Source()
    {
        var (file, line) = (Text(), _reader.Read7BitEncodedInt());
        return line > 0 ? new SourceLocation(file, line) : SourceLocation.Unknown;
    }

    private string Text() => TextOrNull() ?? throw new InvalidGraphException("a text is missing");

    private string? TextOrNull()
    {
        var number = _reader.Read7BitEncodedInt();
        if (number == GraphWriter.NullText) return null;
        if (number != GraphWriter.NewText) return _texts[number];
        _texts.Add(_reader.ReadString());
        return _texts[^1];
    }

    /// <summary>An item takes a byte at least.</summary>
    private int Count()
    {
        var count = _reader.Read7BitEncodedInt();
        return count >= 0 && count <= Left ? count : throw new InvalidGraphException($"{count} items are to be in {Left} bytes");
    }
}
