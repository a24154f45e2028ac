using System.IO.Compression;

namespace GraphForge.Data.Tests;

public class IdxFileTests
{
    /// <summary>Two images of 2 by 3 pixels.</summary>
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 4, 9, 0, 1, 5];

    private string _path = null!;

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(Path.GetTempPath(), $"graphforge-{Guid.NewGuid():N}.idx");

    [TearDown]
    public void RemoveFile() => File.Delete(_path);

    [Test]
    public void ReadsImages([Values] bool compressed)
    {
        File.WriteAllBytes(_path, compressed ? Gzip(Images) : Images);

        var images = IdxFile.ReadImages(_path);

        Assert.That(images.Dims, Is.EqualTo(new[] { 2, 2, 3 }));
        Assert.That(images.Data, Is.EqualTo(Enumerable.Range(1, 12)));
    }

    [Test]
    public void ReadsLabels([Values] bool compressed)
    {
        File.WriteAllBytes(_path, compressed ? Gzip(Labels) : Labels);

        var labels = IdxFile.ReadLabels(_path);

        Assert.That(labels.Dims, Is.EqualTo(new[] { 4 }));
        Assert.That(labels.Data, Is.EqualTo(new[] { 9, 0, 1, 5 }));
    }

    [Test]
    public void ReadsMoreThanOnePiece()
    {
        const int count = 3_000_000;
        byte[] header = [0, 0, 8, 1, count >> 24, count >> 16 & 255, count >> 8 & 255, count & 255];
        byte[] data = [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(_path, [.. header, .. data]);

        Assert.That(IdxFile.ReadLabels(_path).Data.AsSpan().SequenceEqual(data), Is.True);
    }

    [Test]
    public void EveryTruncationIsAnError([Values] bool compressed)
    {
        var whole = compressed ? Gzip(Images) : Images;
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.That(() => IdxFile.ReadImages(_path), Throws.TypeOf<DataFileException>(), $"{length} bytes");
        }
    }

    [Test]
    public void MissingFileIsNamed() => AssertMessage("expected an idx file, found no such file");

    [Test]
    public void EmptyFileIsAnError()
    {
        File.WriteAllBytes(_path, []);
        AssertMessage("expected an idx header of 16 bytes, found 0 bytes");
    }

    [Test]
    public void MissingDataIsCounted()
    {
        File.WriteAllBytes(_path, Images[..^5]);
        AssertMessage("expected 12 bytes of data for [2, 2, 3], found 7 bytes");
    }

    [Test]
    public void TrailingBytesAreAnError([Values] bool compressed)
    {
        byte[] longer = [.. Images, 0];
        File.WriteAllBytes(_path, compressed ? Gzip(longer) : longer);
        AssertMessage("expected 12 bytes of data for [2, 2, 3], found more");
    }

    [Test]
    public void LabelsAreNotImages()
    {
        File.WriteAllBytes(_path, Labels);
        AssertMessage("expected an idx header of unsigned bytes of rank 3 (0x00000803), found 0x00000801");
    }

    [Test]
    public void OtherElementTypesAreRefused()
    {
        byte[] floats = [.. Images];
        floats[2] = 0x0D;
        File.WriteAllBytes(_path, floats);
        AssertMessage("expected an idx header of unsigned bytes of rank 3 (0x00000803), found 0x00000D03");
    }

    [Test]
    public void TextIsRefused()
    {
        File.WriteAllText(_path, "<html>404 not found</html>");
        AssertMessage("expected an idx header of unsigned bytes of rank 3 (0x00000803), found 0x3C68746D");
    }

    [TestCase(0, 2, 3)]
    [TestCase(2, -1, 3)]
    [TestCase(int.MinValue, 2, 3)]
    public void ExtentsBelowOneAreRefused(int count, int rows, int columns)
    {
        File.WriteAllBytes(_path, Header(count, rows, columns));
        AssertMessage($"expected extents of at least 1, found [{count}, {rows}, {columns}]");
    }

    [Test]
    public void OverflowingSizesAreRefused()
    {
        File.WriteAllBytes(_path, Header(int.MaxValue, int.MaxValue, int.MaxValue));
        AssertMessage($"expected at most {Array.MaxLength} elements, found [2147483647, 2147483647, 2147483647]");
    }

    [Test]
    public void ClaimedSizeIsNotAllocatedAhead()
    {
        File.WriteAllBytes(_path, Header(50_000, 200, 200));
        var before = GC.GetAllocatedBytesForCurrentThread();

        AssertMessage("expected 2000000000 bytes of data for [50000, 200, 200], found 0 bytes");

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 << 20));
    }

    [Test]
    public void DamagedGzipIsAnError()
    {
        var damaged = Gzip(Images);
        damaged[12] ^= 0xFF;
        File.WriteAllBytes(_path, damaged);
        Assert.That(() => IdxFile.ReadImages(_path), Throws.TypeOf<DataFileException>());
    }

    private static byte[] Header(int count, int rows, int columns) =>
        [0, 0, 8, 3, .. BigEndian(count), .. BigEndian(rows), .. BigEndian(columns)];

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var stream = new GZipStream(compressed, CompressionLevel.Optimal)) stream.Write(content);
        return compressed.ToArray();
    }

    private void AssertMessage(string message) => Assert.That(
        () => IdxFile.ReadImages(_path),
        Throws.TypeOf<DataFileException>().With.Message.EqualTo($"{_path}: {message}"));
}
