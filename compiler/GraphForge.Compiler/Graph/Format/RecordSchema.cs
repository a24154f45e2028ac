using System.Collections.Concurrent;
using System.Reflection;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph.Format;

/// <summary>
/// How a record is taken apart and made again: by its one public constructor, each of whose parameters a property has the
/// value of. What a record holds besides follows from its type.
/// </summary>
internal sealed class RecordSchema
{
    private static readonly ConcurrentDictionary<Type, RecordSchema> Known = new();
    private static readonly Dictionary<string, Type> Ops = OpSet.All.ToDictionary(t => t.Name);

    private readonly ConstructorInfo _constructor;
    private readonly PropertyInfo[] _properties;

    private RecordSchema(Type type)
    {
        Type = type;
        if (type.GetConstructors() is not [var constructor])
            throw new InternalCompilerException("graph format", $"{type} has not one public constructor");
        _constructor = constructor;
        Parameters = constructor.GetParameters();
        _properties = Array.ConvertAll(Parameters, p => type.GetProperty(p.Name!, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase)
            ?? throw new InternalCompilerException("graph format", $"{type} has no property {p.Name}, which its constructor takes"));
    }

    public Type Type { get; }

    public ParameterInfo[] Parameters { get; }

    public static RecordSchema Of(Type type) => Known.GetOrAdd(type, t => new RecordSchema(t));

    /// <summary>That of an op by its name; null where there is none.</summary>
    public static RecordSchema? OfOp(string name) => Ops.TryGetValue(name, out var type) ? Of(type) : null;

    public object? ValueOf(object record, int parameter) => _properties[parameter].GetValue(record);

    public object Make(object?[] values)
    {
        try
        {
            return _constructor.Invoke(values);
        }
        catch (TargetInvocationException e)
        {
            throw new InvalidGraphException($"{Type.Name} cannot be made: {e.InnerException!.Message}", e.InnerException);
        }
    }
}
