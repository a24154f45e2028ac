using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>Identity of what is kept in a cache: a hash of everything its bytes depend on.</summary>
internal sealed record CacheKey(string Hex)
{
    /// <summary>
    /// What besides the text decides the bytes of kernels. The Roslyn version comes from this assembly's reference to it, so
    /// that a cache hit need not load Roslyn to learn it.
    /// </summary>
    private static readonly string Toolchain = string.Join('\n',
        [
            IdentityOf<CacheKey>(),
            .. typeof(CacheKey).Assembly.GetReferencedAssemblies()
                .Where(reference => reference.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
                .Select(reference => reference.FullName).Order(StringComparer.Ordinal),
            RuntimeInformation.FrameworkDescription,
        ]);

    /// <summary>Name of the assembly of the key's kernels.</summary>
    public string AssemblyName => "GraphForge.Generated." + Hex[..16];

    public byte[] Bytes => Convert.FromHexString(Hex);

    /// <param name="text">The program's C# text.</param>
    /// <param name="kernelNames">The kernels that are looked up in it.</param>
    /// <param name="documentPath">The path the debug information names.</param>
    public static CacheKey OfKernels(string text, IEnumerable<string> kernelNames, string documentPath) =>
        Of([Toolchain, documentPath, text, .. kernelNames]);

    /// <summary>A plan depends on the graph, the extents, the options, and the assemblies that make and read plans.</summary>
    /// <param name="fingerprint"><see cref="GraphFingerprint"/> of the graph as it was traced.</param>
    /// <param name="binding">Extents of its symbols.</param>
    /// <param name="options">How it is compiled.</param>
    /// <param name="kernelApi">Version of what kernels are compiled against besides the core library; empty for nothing.</param>
    public static CacheKey OfPlan(byte[] fingerprint, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, string kernelApi) => Of(
        [
            Toolchain, kernelApi, IdentityOf<CompilerOptions>(), IdentityOf<Runtime.ExecutionPlan>(),
            Convert.ToHexString(fingerprint),
            // As text: every setting there is, and every one there will be.
            (options with { Clock = null, DumpFolder = null }).ToString(),
            .. binding.OrderBy(b => b.Key.Name, StringComparer.Ordinal).Select(b => $"{b.Key} = {b.Value}"),
        ]);

    /// <summary>The application that runs, and what it was started with.</summary>
    public static CacheKey OfApplication() => Of(
        [Assembly.GetEntryAssembly()?.ManifestModule.ModuleVersionId.ToString() ?? "", .. Environment.GetCommandLineArgs()]);

    /// <summary>The key of these bytes.</summary>
    public static CacheKey Of(byte[] bytes) => new(Convert.ToHexStringLower(bytes));

    /// <summary>Changes whenever an assembly's code does.</summary>
    private static string IdentityOf<T>() => typeof(T).Module.ModuleVersionId.ToString();

    private static CacheKey Of(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts) Append(hash, part);
        return new CacheKey(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Length first, so that two lists of parts never run together to the same bytes.</summary>
    private static void Append(IncrementalHash hash, string part)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
