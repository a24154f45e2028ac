using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit.Tests;

public class KernelCompilerTests
{
    [Test]
    public void RunsWhatTheTextSays()
    {
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(KernelText.Fill(7), KernelText.Names);

        Assert.That(KernelText.Run(library, 3), Is.EqualTo(new[] { 7, 7, 7 }));
        Assert.That(library.FromDisk, Is.False);
    }

    [Test]
    public void EntriesFollowTheNamesAskedFor()
    {
        var text = KernelText.Fill(1).Replace("internal static class Kernels\n{", """
            internal static class Kernels
            {
                public static unsafe void Ten(nint* buffers, nint scratch, int begin, int end) => ((int*)buffers[0])[begin] = 10;

            """);
        var compiler = new KernelCompiler(KernelCacheOptions.Disabled);

        Assert.That(KernelText.Run(compiler.Load(text, ["Ten", "Fill"]), 1), Is.EqualTo(new[] { 10 }));
        Assert.That(KernelText.Run(compiler.Load(text, ["Fill", "Ten"]), 1), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void EqualProgramsShareCode()
    {
        var compiler = new KernelCompiler(KernelCacheOptions.Disabled);

        var first = compiler.Load(KernelText.Fill(2), KernelText.Names);

        Assert.That(compiler.Load(KernelText.Fill(2), KernelText.Names), Is.SameAs(first));
        Assert.That(compiler.Load(KernelText.Fill(3), KernelText.Names), Is.Not.SameAs(first));
    }

    [Test]
    public void CodeLivesAsLongAsItsLibraryAndNoLonger()
    {
        var compiler = new KernelCompiler(KernelCacheOptions.Disabled);
        var library = compiler.Load(KernelText.Fill(4), KernelText.Names);
        Collect();
        Assert.That(KernelText.Run(library, 1), Is.EqualTo(new[] { 4 }));

        var forgotten = LoadAndForget(compiler);
        for (var attempt = 0; attempt < 20 && forgotten.IsAlive; attempt++) Collect();

        Assert.That(forgotten.IsAlive, Is.False);
    }

    [Test]
    public void BadTextIsAnInternalErrorThatShowsTheLine()
    {
        var compiler = new KernelCompiler(KernelCacheOptions.Disabled);

        var error = Assert.Throws<InternalCompilerException>(
            () => compiler.Load(KernelText.Program("nonsense = i;"), KernelText.Names))!;

        Assert.That(error.Pass, Is.EqualTo("jit"));
        Assert.That(error.Message, Is.EqualTo(string.Join(
            Environment.NewLine,
            "internal error in jit: the emitted text does not compile (1 errors)",
            "(11,13): CS0103: The name 'nonsense' does not exist in the current context",
            "                nonsense = i;")));
    }

    [Test]
    public void MissingKernelIsNamed()
    {
        var compiler = new KernelCompiler(KernelCacheOptions.Disabled);

        Assert.That(
            () => compiler.Load(KernelText.Fill(1), ["Fill", "Drain"]),
            Throws.TypeOf<InternalCompilerException>().With.Message.EqualTo(
                "internal error in jit: the emitted text has no kernel named 'Drain'"));
    }

    [Test]
    public void CancellationStopsBeforeCompiling()
    {
        var compiler = new KernelCompiler(KernelCacheOptions.Disabled);

        Assert.That(
            () => compiler.Load(KernelText.Fill(1), KernelText.Names, cancellation: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void DebugInformationCarriesTheText()
    {
        var text = KernelText.Fill(5);

        using var image = new PEReader(new MemoryStream(KernelAssembly.Build(text, "Test", "Kernels.cs", default)));
        var entry = image.ReadDebugDirectory().Single(item => item.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var provider = image.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        var reader = provider.GetMetadataReader();
        var document = reader.Documents.Single();

        Assert.That(reader.GetString(reader.GetDocument(document).Name), Is.EqualTo("Kernels.cs"));
        Assert.That(EmbeddedSource(reader, document), Does.EndWith(text));
    }

    [Test]
    public void BuildsTheSameBytesTwice() => Assert.That(
        KernelAssembly.Build(KernelText.Fill(5), "Test", "Kernels.cs", default),
        Is.EqualTo(KernelAssembly.Build(KernelText.Fill(5), "Test", "Kernels.cs", default)));

    [Test]
    public void DumpLeavesTheTextAndDebuggersFindIt()
    {
        using var folder = new TemporaryFolder();
        var text = KernelText.Program("throw null;");

        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(text, KernelText.Names, folder.Path);

        var path = Path.Combine(folder.Path, "Kernels.cs");
        Assert.That(File.ReadAllText(path), Is.EqualTo(text));
        var trace = Assert.Throws<NullReferenceException>(() => KernelText.Run(library, 1))!.StackTrace;
        Assert.That(trace, Does.Contain($"{path}:line 11"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndForget(KernelCompiler compiler) =>
        new(compiler.Load(KernelText.Fill(6), KernelText.Names));

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>The blob is a length, 0 for uncompressed, then the text in UTF-8.</summary>
    private static string EmbeddedSource(MetadataReader reader, DocumentHandle document)
    {
        var embeddedSource = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
        var information = reader.GetCustomDebugInformation(document).Select(reader.GetCustomDebugInformation)
            .Single(item => reader.GetGuid(item.Kind) == embeddedSource);
        var blob = reader.GetBlobReader(information.Value);
        var length = blob.ReadInt32();
        var content = new MemoryStream(blob.ReadBytes(blob.RemainingBytes));
        using var text = new StreamReader(
            length == 0 ? content : new System.IO.Compression.DeflateStream(content, System.IO.Compression.CompressionMode.Decompress));
        return text.ReadToEnd();
    }
}
