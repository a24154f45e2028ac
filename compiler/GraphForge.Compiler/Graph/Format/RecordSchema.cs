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

    private readonly ConstructorInfo _constructor;

    /// <summary>The fields behind the properties: reading one takes no code of its own, as calling a property does.</summary>
    private readonly FieldInfo[] _fields;

    private RecordSchema(Type type)
    {
        Type = type;
        if (type.GetConstructors() is not [var constructor])
            throw new InternalCompilerException("graph format", $"{type} has not one public constructor");
        _constructor = constructor;
        Parameters = constructor.GetParameters();
        _fields = Array.ConvertAll(Parameters, p => FieldOf(type, p)
            ?? throw new InternalCompilerException("graph format", $"{type} does not keep {p.Name}, which its constructor takes"));
    }

    public Type Type { get; }

    public ParameterInfo[] Parameters { get; }

    public static RecordSchema Of(Type type) => Known.GetOrAdd(type, t => new RecordSchema(t));

    /// <summary>That of an op by its name; null where there is none.</summary>
    public static RecordSchema? OfOp(string name) => OpNames.Types.TryGetValue(name, out var type) ? Of(type) : null;

    public object? ValueOf(object record, int parameter) => _fields[parameter].GetValue(record);

    private static FieldInfo? FieldOf(Type type, ParameterInfo parameter)
    {
        var name = $"<{parameter.Name}>k__BackingField";
        for (var declaring = type; declaring is not null; declaring = declaring.BaseType)
            if (declaring.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.IgnoreCase) is { } field) return field;
        return null;
    }

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

    /// <summary>Needed by readers alone.</summary>
    private static class OpNames
    {
        public static Dictionary<string, Type> Types { get; } = OpSet.All.ToDictionary(t => t.Name);
    }
}
