using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// The mathematical functions that kernels call, as C# text that becomes part of a program. One text serves every vector
/// width, being written against aliases (<c>Vec</c>, <c>F32</c>, …) that <see cref="Prelude"/> defines. It consists of
/// sections, files under <c>Emit/VectorMath</c>, so that a program carries only what it uses.
/// </summary>
public static partial class VectorMathSource
{
    private const string ResourcePrefix = "VectorMath/";

    private static readonly ImmutableArray<Section> Sections = ReadSections();

    /// <summary>Every section.</summary>
    public static string All { get; } = Join(Sections);

    /// <summary>The using directives a program starts with.</summary>
    /// <param name="vectorBits">Width of a vector: 128, 256 or 512.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such width.</exception>
    public static string Prelude(int vectorBits)
    {
        if (vectorBits is not (128 or 256 or 512)) throw new ArgumentOutOfRangeException(nameof(vectorBits), vectorBits, null);
        return string.Create(CultureInfo.InvariantCulture, $"""
            using System;
            using System.Runtime.CompilerServices;
            using System.Runtime.Intrinsics;
            using System.Runtime.Intrinsics.X86;
            using F32 = System.Runtime.Intrinsics.Vector{vectorBits}<float>;
            using F64 = System.Runtime.Intrinsics.Vector{vectorBits}<double>;
            using I32 = System.Runtime.Intrinsics.Vector{vectorBits}<int>;
            using I64 = System.Runtime.Intrinsics.Vector{vectorBits}<long>;
            using U32 = System.Runtime.Intrinsics.Vector{vectorBits}<uint>;
            using U64 = System.Runtime.Intrinsics.Vector{vectorBits}<ulong>;
            using Vec = System.Runtime.Intrinsics.Vector{vectorBits};

            """).ReplaceLineEndings("\n");
    }

    /// <summary>
    /// The sections that <paramref name="kernels"/> needs: those with a function it calls as <c>VectorMath.Name</c>, and what
    /// these call in turn. To be appended after the kernels, in their namespace. Empty if it calls none.
    /// </summary>
    public static string For(string kernels)
    {
        var needed = new HashSet<Section>();
        var names = new Stack<string>(QualifiedCall().Matches(kernels).Select(call => call.Groups[1].Value));
        while (names.TryPop(out var name))
            foreach (var section in Sections)
                if (section.Declares.Contains(name) && needed.Add(section))
                    foreach (var called in section.Calls) names.Push(called);

        return Join(Sections.Where(needed.Contains));
    }

    private static string Join(IEnumerable<Section> sections) =>
        new StringBuilder().AppendJoin("\n", sections.Select(section => section.Text)).ToString();

    private static ImmutableArray<Section> ReadSections()
    {
        var assembly = typeof(VectorMathSource).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Section.Parse(Read(assembly.GetManifestResourceStream(name)!)))];
    }

    /// <summary>Line endings do not depend on how the sources were checked out: generated text is the same to the byte.</summary>
    private static string Read(Stream resource)
    {
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\bVectorMath\.(\w+)")]
    private static partial Regex QualifiedCall();

    [GeneratedRegex(@"\bstatic [\w<>]+ (\w+)(?:<T>)?\(")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<![.\w])(\w+)\(")]
    private static partial Regex UnqualifiedCall();

    private sealed record Section(string Text, ImmutableHashSet<string> Declares, ImmutableArray<string> Calls)
    {
        public static Section Parse(string text)
        {
            var declares = Declaration().Matches(text).Select(match => match.Groups[1].Value).ToImmutableHashSet();
            if (declares.IsEmpty) throw new InternalCompilerException("emit", "a vector math section declares nothing", text);
            return new Section(text, declares, [.. UnqualifiedCall().Matches(text).Select(match => match.Groups[1].Value).Distinct()]);
        }
    }
}
