namespace GraphForge.Jit.Tests;

public class DiskCacheTests
{
    private static readonly CacheKey Key = CacheKey.OfKernels("text", ["A"], "Kernels.cs");

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void SecondCompilerFindsWhatTheFirstBuilt()
    {
        var options = new KernelCacheOptions(_folder.Path);

        var built = new KernelCompiler(options).Load(KernelText.Fill(1), KernelText.Names);
        var found = new KernelCompiler(options).Load(KernelText.Fill(1), KernelText.Names);

        Assert.That((built.FromDisk, found.FromDisk), Is.EqualTo((false, true)));
        Assert.That(KernelText.Run(found, 2), Is.EqualTo(new[] { 1, 1 }));
    }

    [Test]
    public void DamagedEntryIsRebuiltAndHealed()
    {
        var options = new KernelCacheOptions(_folder.Path);
        new KernelCompiler(options).Load(KernelText.Fill(1), KernelText.Names);
        var entry = Directory.GetFiles(_folder.Path).Single();
        var bytes = File.ReadAllBytes(entry);
        bytes[^100] ^= 1;
        File.WriteAllBytes(entry, bytes);

        var rebuilt = new KernelCompiler(options).Load(KernelText.Fill(1), KernelText.Names);

        Assert.That(rebuilt.FromDisk, Is.False);
        Assert.That(KernelText.Run(rebuilt, 1), Is.EqualTo(new[] { 1 }));
        Assert.That(new KernelCompiler(options).Load(KernelText.Fill(1), KernelText.Names).FromDisk, Is.True);
    }

    [Test]
    public void EveryFlippedByteIsDetected()
    {
        var (cache, path, entry) = WriteEntry();

        for (var i = 0; i < entry.Length; i++)
        {
            var damaged = (byte[])entry.Clone();
            damaged[i] ^= (byte)(1 << i % 8);
            File.WriteAllBytes(path, damaged);
            Assert.That(cache.Read(Key), Is.Null, $"byte {i}");
        }
    }

    [Test]
    public void EveryTruncationAndAppendedByteIsDetected()
    {
        var (cache, path, entry) = WriteEntry();

        for (var length = 0; length < entry.Length; length++)
        {
            File.WriteAllBytes(path, entry[..length]);
            Assert.That(cache.Read(Key), Is.Null, $"length {length}");
        }

        File.WriteAllBytes(path, [.. entry, 0]);
        Assert.That(cache.Read(Key), Is.Null);
    }

    [Test]
    public void EntryOfAnotherKeyIsNotBelieved()
    {
        var (cache, path, _) = WriteEntry();
        var other = CacheKey.OfKernels("other text", ["A"], "Kernels.cs");
        File.Move(path, cache.PathOf(other));

        Assert.That(cache.Read(other), Is.Null);
    }

    [Test]
    public void ConcurrentWritersAndReadersSeeWholeEntriesOnly()
    {
        var payload = Enumerable.Range(0, 50_000).Select(i => (byte)(i * 31)).ToArray();
        var seen = 0;

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var cache = new DiskCache(_folder.Path);
            Assert.That(cache.Write(Key, payload), Is.True);
            Assert.That(cache.Read(Key), Is.EqualTo(payload));
            Interlocked.Increment(ref seen);
        });

        Assert.That(seen, Is.EqualTo(64));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1), "no temporary file is left");
    }

    [Test]
    public void CompilersRacingForOneProgramAllGetIt()
    {
        var options = new KernelCacheOptions(_folder.Path);
        var results = new int[8][];

        Parallel.For(0, results.Length, i =>
            results[i] = KernelText.Run(new KernelCompiler(options).Load(KernelText.Fill(9), KernelText.Names), 1));

        Assert.That(results, Is.All.EqualTo(new[] { 9 }));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void OldestEntriesGiveWay()
    {
        var cache = new DiskCache(_folder.Path, capacity: 8);
        var keys = Enumerable.Range(0, 9).Select(i => CacheKey.OfKernels($"text {i}", ["A"], "Kernels.cs")).ToArray();
        for (var i = 0; i < keys.Length - 1; i++)
        {
            cache.Write(keys[i], [1]);
            File.SetLastWriteTimeUtc(cache.PathOf(keys[i]), new DateTime(2020, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        cache.Write(keys[8], [1]);

        Assert.That(keys.Select(key => cache.Read(key) is null), Is.EqualTo(Enumerable.Range(0, 9).Select(i => i < 2)));
    }

    [Test]
    public void UnwritableFolderMeansNoCache()
    {
        var blocker = _folder.Path;
        File.WriteAllText(blocker, "a file where the folder should be");
        try
        {
            var options = new KernelCacheOptions(Path.Combine(blocker, "cache"));

            var library = new KernelCompiler(options).Load(KernelText.Fill(3), KernelText.Names);

            Assert.That(KernelText.Run(library, 1), Is.EqualTo(new[] { 3 }));
            Assert.That(new DiskCache(options.Folder!).Write(Key, [1]), Is.False);
        }
        finally
        {
            File.Delete(blocker);
        }
    }

    [Test]
    public void KeyDependsOnEveryPart()
    {
        string[] keys =
        [
            Key.Hex,
            CacheKey.OfKernels("text ", ["A"], "Kernels.cs").Hex,
            CacheKey.OfKernels("text", ["B"], "Kernels.cs").Hex,
            CacheKey.OfKernels("text", ["A", ""], "Kernels.cs").Hex,
            CacheKey.OfKernels("textA", [], "Kernels.cs").Hex,
            CacheKey.OfKernels("text", ["A"], "/tmp/Kernels.cs").Hex,
        ];

        Assert.That(keys, Is.Unique);
        Assert.That(CacheKey.OfKernels("text", ["A"], "Kernels.cs"), Is.EqualTo(Key));
    }

    private (DiskCache Cache, string Path, byte[] Entry) WriteEntry()
    {
        var cache = new DiskCache(_folder.Path);
        Assert.That(cache.Write(Key, [.. Enumerable.Range(0, 200).Select(i => (byte)i)]), Is.True);
        Assert.That(cache.Read(Key), Has.Length.EqualTo(200));
        return (cache, cache.PathOf(Key), File.ReadAllBytes(cache.PathOf(Key)));
    }
}
