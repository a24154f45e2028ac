using System.Reflection;
using GraphForge.Compiler.Graph;

namespace GraphForge.Build;

/// <summary>A method or a type that is marked with <see cref="CompiledModelAttribute"/>.</summary>
/// <param name="Attribute">How.</param>
/// <param name="Assembly">The assembly with it.</param>
/// <param name="Member">What is marked, for people: <c>Models.Digits</c>.</param>
/// <param name="Make">Makes a <see cref="CompiledModel"/> or a <see cref="Training"/>; what the user's code throws comes as it is.</param>
internal sealed record MarkedModel(CompiledModelAttribute Attribute, Assembly Assembly, string Member, Func<object> Make)
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Its line.</summary>
    public SourceLocation Where => Attribute.Site;

    /// <summary>The models of an assembly, in the order of their declarations.</summary>
    /// <exception cref="BuildException">Something is marked that is no model.</exception>
    public static IReadOnlyList<MarkedModel> In(Assembly assembly) => [.. assembly.GetTypes().OrderBy(t => t.MetadataToken).SelectMany(In)];

    private static IEnumerable<MarkedModel> In(Type type)
    {
        if (type.GetCustomAttribute<CompiledModelAttribute>() is { } ofType) yield return OfType(type, ofType);
        foreach (var method in type.GetMethods(Any).OrderBy(m => m.MetadataToken))
            if (method.GetCustomAttribute<CompiledModelAttribute>() is { } ofMethod) yield return OfMethod(method, ofMethod);
    }

    private static MarkedModel OfMethod(MethodInfo method, CompiledModelAttribute attribute)
    {
        var name = $"{method.DeclaringType!.Name}.{method.Name}";
        var isModel = method.ReturnType == typeof(CompiledModel) || method.ReturnType == typeof(Training);
        if (!method.IsStatic || method.GetParameters().Length > 0 || method.ContainsGenericParameters || !isModel)
            throw new BuildException(BuildError.NotAModel,
                $"'{name}' is marked as a compiled model, which a static method is that has no parameters and returns a CompiledModel or a Training.", attribute.Site);
        return new MarkedModel(attribute, method.Module.Assembly, name, () => method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [], null)
            ?? throw new BuildException(BuildError.NotAModel, $"'{name}' returned null and no model.", attribute.Site));
    }

    private static MarkedModel OfType(Type type, CompiledModelAttribute attribute)
    {
        var constructor = type.GetConstructor(Any & ~BindingFlags.Static, []);
        if (!type.IsSubclassOf(typeof(Module)) || type.IsAbstract || type.ContainsGenericParameters || constructor is null || attribute.InputShape.Length == 0)
            throw new BuildException(BuildError.NotAModel,
                $"'{type.Name}' is marked as a compiled model, which a Module is that has a constructor without parameters and is marked with the " +
                "shape of one input: [CompiledModel(\"Name\", InputShape = [1, 28, 28])].", attribute.Site);
        return new MarkedModel(attribute, type.Assembly, type.Name, () =>
            CompiledModel.Compile((Module)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [], null), Shape.Of(attribute.InputShape)));
    }
}
