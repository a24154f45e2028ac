using System.Globalization;
using System.Text.RegularExpressions;
using GraphForge.Runtime;

namespace GraphForge.Data;

/// <summary>The header of an npy file: <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</c>.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Dims">Extents, outermost first.</param>
internal sealed partial record NpyHeader(DType DType, long[] Dims)
{
    /// <summary>NumPy arrays have at most 64 axes.</summary>
    private const int MaxRank = 64;

    private static readonly (string Descr, DType DType)[] Types =
    [
        ("|b1", DType.Bool), ("|u1", DType.UInt8), ("<i4", DType.Int32), ("<i8", DType.Int64),
        ("<f2", DType.Float16), ("<f4", DType.Float32), ("<f8", DType.Float64),
    ];

    /// <param name="text">The dictionary; keys in any order, blanks behind it.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="DataFileException">It is malformed, or of an array that is not read.</exception>
    public static NpyHeader Parse(string text, string path)
    {
        var entries = Entries(text) ?? throw Malformed(path, text);
        if (entries.Count != 3 || !entries.TryGetValue("descr", out var descr) || !entries.TryGetValue("fortran_order", out var order) ||
            !entries.TryGetValue("shape", out var shape) || order is not ("True" or "False") || !shape.StartsWith('('))
            throw Malformed(path, text);
        var dims = Extents(shape) ?? throw Malformed(path, text);
        var type = TypeOf(descr, path);
        // With one axis, or none, both orders are the same.
        return order == "False" || dims.Length < 2
            ? new NpyHeader(type, dims)
            : throw new DataFileException(path, "an array in C order (numpy.ascontiguousarray makes one)", "one in Fortran order");
    }

    public static string Write(DType type, IReadOnlyList<long> dims)
    {
        var shape = dims.Count == 1 ? $"{dims[0]}," : string.Join(", ", dims);
        return $"{{'descr': '{Types.First(t => t.DType == type).Descr}', 'fortran_order': False, 'shape': ({shape}), }}";
    }

    /// <summary>Bytes of all elements; null where there are more than 2⁶³ − 1.</summary>
    public static long? Bytes(DType type, IReadOnlyList<long> dims)
    {
        if (dims.Contains(0)) return 0;
        var bytes = (Int128)type.Size();
        foreach (var dim in dims)
            if ((bytes *= dim) > long.MaxValue) return null;
        return (long)bytes;
    }

    public static string Describe(DType type, IReadOnlyList<long> dims) => $"{type.ToString().ToLowerInvariant()}[{string.Join(", ", dims)}]";

    private static Dictionary<string, string>? Entries(string text)
    {
        if (!Whole().IsMatch(text)) return null;
        var entries = new Dictionary<string, string>();
        foreach (Match entry in Entry().Matches(text))
            if (!entries.TryAdd(entry.Groups[1].Value, entry.Groups[2].Value)) return null;
        return entries;
    }

    private static long[]? Extents(string shape)
    {
        var parts = shape[1..^1].Split(',').Select(p => p.Trim()).ToArray();
        if (parts[^1].Length == 0) parts = parts[..^1];
        var dims = new long[parts.Length];
        for (var axis = 0; axis < dims.Length; axis++)
            if (!long.TryParse(parts[axis], NumberStyles.None, CultureInfo.InvariantCulture, out dims[axis])) return null;
        return dims.Length <= MaxRank ? dims : null;
    }

    private static DType TypeOf(string descr, string path)
    {
        var name = descr.Trim('\'', '"');
        foreach (var (known, type) in Types)
            if (known == name) return type;
        throw name.StartsWith('>')
            ? new DataFileException(path, "little-endian elements (array.astype(array.dtype.newbyteorder('<')) makes them)", $"big-endian ones, '{name}'")
            : new DataFileException(path, $"elements of one of the types {string.Join(", ", Types.Select(t => t.Descr))}", name.Length <= 20 ? $"'{name}'" : "others");
    }

    private static DataFileException Malformed(string path, string text)
    {
        var begin = string.Concat(text.Trim().Take(60).Select(c => char.IsControl(c) ? '?' : c));
        return new DataFileException(path, "an npy header {'descr': …, 'fortran_order': …, 'shape': …}", begin);
    }

    private const string Item = """['"](\w+)['"] *: *('[^']*'|"[^"]*"|True|False|\([\d, ]*\)|\[[^\]]*\]) *""";

    [GeneratedRegex("^ *\\{ *(" + Item + "(, *|(?=\\})))+\\} *\\n?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();

    [GeneratedRegex(Item, RegexOptions.CultureInvariant)]
    private static partial Regex Entry();
}
