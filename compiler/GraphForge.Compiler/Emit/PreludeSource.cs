using System.Collections.Immutable;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// The functions that kernels call, as C# text that becomes part of a program. It consists of sections, the files under
/// <c>Emit/Prelude</c>, so that a program carries, and its compilation pays for, only what it uses.
/// </summary>
public sealed partial class PreludeSource
{
    private readonly ImmutableArray<Section> _sections;

    private PreludeSource(string folder)
    {
        _sections = ReadSections(folder + "/");
        All = Join(_sections);
    }

    /// <summary>
    /// For kernels of the CPU. One text serves every vector width, being written against the aliases (<c>Vec</c>, <c>F32</c>, …) a
    /// program starts with.
    /// </summary>
    public static PreludeSource Cpu { get; } = new("Prelude");

    /// <summary>For kernels of a device: scalar functions, in what ILGPU can translate.</summary>
    public static PreludeSource Device { get; } = new("DevicePrelude");

    /// <summary>Every section.</summary>
    public string All { get; }

    /// <summary>
    /// The sections that <paramref name="kernels"/> need: those with a function they call as <c>Class.Name</c>, and what these
    /// call in turn. To be appended after the kernels, in their namespace. Empty if they call none.
    /// </summary>
    public string For(params IReadOnlyList<string> kernels)
    {
        var needed = new HashSet<Section>();
        var calls = new Stack<string>(Concurrently.Map(kernels, QualifiedCalls).SelectMany(calls => calls).Distinct());
        while (calls.TryPop(out var call))
            foreach (var section in _sections)
                if (section.Declares.Contains(call) && needed.Add(section))
                    foreach (var called in section.Calls) calls.Push(called);

        return Join(_sections.Where(needed.Contains));
    }

    private static string Join(IEnumerable<Section> sections) => string.Join('\n', sections.Select(section => section.Text));

    private static ImmutableArray<Section> ReadSections(string prefix)
    {
        var assembly = typeof(PreludeSource).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Section.Parse(name, Read(assembly.GetManifestResourceStream(name)!)))];
    }

    /// <summary>Line endings do not depend on how the sources were checked out: generated text is the same to the byte.</summary>
    private static string Read(Stream resource)
    {
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>Functions as <c>Class.Name</c>, and types with parameters by their name.</summary>
    private static HashSet<string> QualifiedCalls(string text) =>
        [.. QualifiedCall().Matches(text).Concat(GenericType().Matches(text)).Select(match => match.Value)];

    [GeneratedRegex(@"\b[A-Z]\w*(?=<)")]
    private static partial Regex GenericType();

    [GeneratedRegex(@"\bstruct (\w+)<")]
    private static partial Regex GenericStruct();

    [GeneratedRegex(@"\b[A-Z]\w*\.[A-Z]\w*")]
    private static partial Regex QualifiedCall();

    [GeneratedRegex(@"\bclass (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"\bstatic [\w<>]+ (\w+)(?:<T>)?\(")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<![.\w])(\w+)\(")]
    private static partial Regex UnqualifiedCall();

    /// <param name="Text">The whole file.</param>
    /// <param name="Declares">Its functions, as <c>Class.Name</c>, and its types with parameters.</param>
    /// <param name="Calls">What its functions may call, likewise; also names that are no prelude functions.</param>
    private sealed record Section(string Text, ImmutableHashSet<string> Declares, ImmutableHashSet<string> Calls)
    {
        public static Section Parse(string name, string text)
        {
            var classes = Names(Class(), text);
            var declares = Qualify(classes, Names(Declaration(), text)).Union(Names(GenericStruct(), text));
            if (declares.IsEmpty) throw new InternalCompilerException("emit", $"{name} declares no functions");
            return new Section(text, declares, Qualify(classes, Names(UnqualifiedCall(), text)).Union(QualifiedCalls(text)));
        }

        private static string[] Names(Regex pattern, string text) =>
            [.. pattern.Matches(text).Select(match => match.Groups[1].Value).Distinct()];

        private static ImmutableHashSet<string> Qualify(string[] classes, string[] names) =>
            [.. classes.SelectMany(_ => names, (type, name) => $"{type}.{name}")];
    }
}
