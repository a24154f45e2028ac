using System.Text.RegularExpressions;

namespace GraphForge.Build;

/// <summary>The class or artifact that a model becomes.</summary>
/// <param name="Namespace">Namespace of the class.</param>
/// <param name="Class">Its name.</param>
internal sealed partial record ModelName(string Namespace, string Class)
{
    /// <exception cref="BuildException">It is no name for a class.</exception>
    public static ModelName Of(MarkedModel model, string rootNamespace)
    {
        var name = model.Attribute.Name;
        if (name is null || !Identifiers().IsMatch(name))
            throw new BuildException(BuildError.BadName,
                $"'{name}' is no name for a class: letters, digits and underscores, and a namespace with dots before it if need be.", model.Where);
        var dot = name.LastIndexOf('.');
        return dot < 0 ? new ModelName(rootNamespace, name) : new ModelName(name[..dot], name[(dot + 1)..]);
    }

    [GeneratedRegex(@"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
    private static partial Regex Identifiers();
}
