using System.Reflection;
using System.Text;

namespace GraphForge.Tracing;

/// <summary>Finds what a module holds in its fields, private ones and those behind properties included.</summary>
internal static class ModuleMembers
{
    /// <summary>Members of type <typeparamref name="T"/>, base classes first, in the order of declaration; lists by position.</summary>
    public static IEnumerable<KeyValuePair<string, T>> Of<T>(Module module) where T : class
    {
        foreach (var field in Fields(module.GetType()))
        {
            var name = SnakeCase(MemberName(field.Name));
            switch (field.GetValue(module))
            {
                case T value:
                    yield return new(name, value);
                    break;
                case IEnumerable<T> values:
                    var index = 0;
                    foreach (var value in values) yield return new($"{name}.{index++}", value);
                    break;
            }
        }
    }

    /// <summary>
    /// <c>SelfAttn</c> → <c>self_attn</c>, <c>_fc1</c> → <c>fc1</c>, <c>WeightIhL0</c> → <c>weight_ih_l0</c>, <c>QKV</c> →
    /// <c>qkv</c>.
    /// </summary>
    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        name = name.TrimStart('_');
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_' &&
                (!char.IsUpper(name[i - 1]) || i + 1 < name.Length && char.IsLower(name[i + 1]));
            if (startsWord) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    /// <summary>
    /// The C# compiler names the field behind a property <c>&lt;Name&gt;k__BackingField</c>, and that of a captured primary
    /// constructor parameter <c>&lt;name&gt;P</c>.
    /// </summary>
    private static string MemberName(string field) =>
        field.StartsWith('<') && field.IndexOf('>') is > 1 and var end ? field[1..end] : field;

    private static IEnumerable<FieldInfo> Fields(Type? type)
    {
        if (type is null || type == typeof(Module)) return [];
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        return Fields(type.BaseType).Concat(type.GetFields(own).OrderBy(f => f.MetadataToken));
    }
}
