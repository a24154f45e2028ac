using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace GraphForge.Jit;

/// <summary>Identity of a compiled program: a hash of everything its bytes depend on.</summary>
internal sealed record KernelCacheKey(string Hex)
{
    /// <summary>
    /// What besides the text decides the bytes. The Roslyn version comes from this assembly's reference to it, so that a
    /// cache hit need not load Roslyn to learn it.
    /// </summary>
    private static readonly string Toolchain = string.Join('\n',
        [
            typeof(KernelCacheKey).Module.ModuleVersionId.ToString(),
            .. typeof(KernelCacheKey).Assembly.GetReferencedAssemblies()
                .Where(reference => reference.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
                .Select(reference => reference.FullName).Order(StringComparer.Ordinal),
            RuntimeInformation.FrameworkDescription,
        ]);

    public byte[] Bytes => Convert.FromHexString(Hex);

    /// <param name="text">The program's C# text.</param>
    /// <param name="kernelNames">The kernels that are looked up in it.</param>
    /// <param name="documentPath">The path the debug information names.</param>
    public static KernelCacheKey Of(string text, IEnumerable<string> kernelNames, string documentPath)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Toolchain);
        Append(hash, documentPath);
        Append(hash, text);
        foreach (var name in kernelNames) Append(hash, name);
        return new KernelCacheKey(Convert.ToHexStringLower(hash.GetHashAndReset()));
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
