using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>Zip files that could be understood in two ways, or do harm: each gives one clear error.</summary>
public sealed class ZipDirectoryTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some text, again and again; ", 40)));

    private static IEnumerable<TestCaseData> Broken()
    {
        foreach (var name in new[] { "..", "../b", "a/../b", "/etc", "a//b", "a\\b", "C:b", "./b", "a/", "b.", "a/.", "a b", "a\0b" })
            yield return Case($"name {name}", Renamed(Zip(("a", Text)), name), "entry 0 has a name that no artifact may have");
        yield return Case("twice", Renamed(Zip(("a", Text), ("b", Text)), "a", entry: 1), "two entries are named 'a'");
        yield return Case("twice but for case", Renamed(Zip(("a", Text), ("b", Text)), "A", entry: 1), "two entries are named 'A'");
        yield return Case("encrypted", Both(8, 6, 1), "'a' is encrypted, streamed, or otherwise packed as no artifact is");
        yield return Case("length behind", Both(8, 6, 8), "'a' is encrypted, streamed, or otherwise packed as no artifact is");
        yield return Case("method", Both(10, 8, 12), "'a' is compressed by method 12; only deflate is known");
        yield return Case("stored longer", Both(24, 22, 5000), "'a' is not compressed, but 1120 bytes are to be 5000");
        yield return Case("header differs", Patched(Zip(("a", Text)), 14, 7), "the header of 'a' and the zip directory disagree");
        yield return Case("header elsewhere", Central(Zip(("a", Text)), 42, 1), "the header of 'a' and the zip directory disagree");
        yield return Case("header behind", Central(Zip(("a", Text)), 42, 0xFFFFFFF0), "'a' begins at 4294967280, behind the end of the file");
        yield return Case("overlap", Overlapping(), "'b' overlaps what is before it");
        yield return Case("gap", WithGap(), "there are bytes before 'a' that belong to no entry");
        yield return Case("comment", Ended(Zip(("a", Text)), 20, 1), "the end of the zip file tells of several disks, or of a comment");
        yield return Case("disks", Ended(Zip(("a", Text)), 4, 1), "the end of the zip file tells of several disks, or of a comment");
        yield return Case("count", Ended(Zip(("a", Text)), 8, 2, 10, 2), "the zip directory is broken at entry 1");
        yield return Case("fewer", Ended(Zip(("a", Text), ("b", Text)), 8, 1, 10, 1), "93 bytes of the zip directory belong to no entry".Replace("93", "47"));
        yield return Case("behind", [.. Zip(("a", Text)), 0], "this is no artifact, or the end of it is missing");
        yield return Case("before", [0, .. Zip(("a", Text))], "does not end where the end record begins");
        yield return Case("cut", Zip(("a", Text))[..^1], "this is no artifact, or the end of it is missing");
        yield return Case("directory start", Ended(Zip(("a", Text)), 16, 0xFFFF, 18, 0xFFFF), "does not end where the end record begins");

        static TestCaseData Case(string name, byte[] zip, string problem) => new TestCaseData(zip, problem).SetArgDisplayNames(name.Replace('\0', '0'));
    }

    [TestCaseSource(nameof(Broken))]
    public void Is_refused(byte[] zip, string problem)
    {
        var error = TestArtifact.Error(() => Read(zip));
        Assert.That((error.Code, error.Problem), Is.EqualTo((ArtifactError.Malformed, error.Problem)));
        Assert.That(error.Problem, Does.Contain(problem));
    }

    [Test]
    public void What_is_written_is_read()
    {
        var zip = Read(Zip(("a", Text), ("b/c", []), ("b/d", Text[..13])));
        Assert.That(zip.Entries.Keys, Is.EqualTo(new[] { "a", "b/c", "b/d" }));
        Assert.That(zip.Content(zip.Entries["a"]), Is.EqualTo(Text));
        Assert.That(zip.Content(zip.Entries["b/c"]), Is.Empty);
        Assert.That(zip.Entries.Values.Select(e => e.Offset % ExecutionPlan.Alignment), Is.All.Zero);
    }

    [Test]
    public void Entries_of_other_tools_are_read_and_ours_by_them()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("a").Open();
            entry.Write(Text);
        }
        var read = Read(stream.ToArray());
        Assert.That(read.Content(read.Entries["a"]), Is.EqualTo(Text));
        using var ours = new ZipArchive(new MemoryStream(Zip(compress: true, ("a", Text))));
        Assert.That(ours.GetEntry("a")!.Length, Is.EqualTo(Text.Length));
    }

    [Test]
    public void A_bomb_is_refused_before_it_is_expanded()
    {
        // Five of six bytes of the file are a claim: 1 KB that is to become 200 MB, then 300 MB, then a little more than it is.
        var bomb = Zip(compress: true, ("a", new byte[1 << 20]));
        Assert.That(TestArtifact.Error(() => Read(Sized(bomb, 200 << 20))).Problem, Does.StartWith("'a' is to expand from").And.EndsWith("which no deflated entry of an artifact does."));
        Assert.That(TestArtifact.Error(() => Read(Sized(bomb, 300 << 20))).Problem, Does.EndWith("which no deflated entry of an artifact does."));
        foreach (var claim in new[] { (1 << 20) - 1, (1 << 20) + 1 })
        {
            var read = Read(Sized(bomb, claim));
            Assert.That(TestArtifact.Error(() => read.Content(read.Entries["a"])).Problem,
                Is.EqualTo(claim < 1 << 20 ? "'a' expands to more than the 1048575 bytes it declares." : "'a' cannot be expanded to the 1048577 bytes it declares."));
        }
    }

    [Test]
    public void A_damaged_content_is_refused()
    {
        foreach (var compress in new[] { false, true })
        {
            var bytes = Zip(compress, ("a", Text));
            bytes[compress ? 40 : 100] ^= 1;
            var read = Read(bytes);
            Assert.That(() => read.Content(read.Entries["a"]), Throws.TypeOf<ArtifactException>());
        }
    }

    [Test]
    public void The_checksum_is_that_of_zip_files()
    {
        // The check value of CRC-32/ISO-HDLC, whole and in parts.
        Assert.That(Crc32.Of("123456789"u8), Is.EqualTo(0xCBF43926u));
        Assert.That(~Crc32.Append(Crc32.Append(~0u, "1234"u8), "56789"u8), Is.EqualTo(0xCBF43926u));
    }

    private static ZipDirectory Read(byte[] zip) => ZipDirectory.Read(ArtifactMemory.Of(zip, "zip"));

    private static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(compress: false, entries);

    private static byte[] Zip(bool compress, params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        foreach (var (name, content) in entries) zip.Add(name, ArtifactContent.Of(content), compress);
        zip.Complete();
        return stream.ToArray();
    }

    /// <summary>The same file with another name for an entry, in both places, and all offsets moved.</summary>
    private static byte[] Renamed(byte[] zip, string name, int entry = 0)
    {
        using var stream = new MemoryStream();
        var starts = new List<uint>();
        var end = zip.Length - ZipFormat.EndBytes;
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(end + 16));
        var at = 0;
        for (var i = 0; at < directory; i++)
        {
            starts.Add((uint)stream.Position);
            var (names, extra, length) = (U16(at + 26), U16(at + 28), (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at + 18)));
            Header(at, ZipFormat.LocalBytes, 26, i, null);
            stream.Write(zip, at + ZipFormat.LocalBytes + names, extra + length);
            at += ZipFormat.LocalBytes + names + extra + length;
        }
        var start = (uint)stream.Position;
        for (var i = 0; at < end; i++)
        {
            Header(at, ZipFormat.CentralBytes, 28, i, starts[i]);
            at += ZipFormat.CentralBytes + U16(at + 28);
        }
        var size = (uint)stream.Position - start;
        var last = zip[end..];
        BinaryPrimitives.WriteUInt32LittleEndian(last.AsSpan(12), size);
        BinaryPrimitives.WriteUInt32LittleEndian(last.AsSpan(16), start);
        stream.Write(last);
        return stream.ToArray();

        void Header(int from, int fixedBytes, int nameLength, int i, uint? offset)
        {
            var header = zip[from..(from + fixedBytes)];
            var text = i == entry ? Encoding.Latin1.GetBytes(name) : zip[(from + fixedBytes)..(from + fixedBytes + U16(from + nameLength))];
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(nameLength), (ushort)text.Length);
            if (offset is { } value) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), value);
            stream.Write(header);
            stream.Write(text);
        }

        int U16(int from) => BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(from));
    }

    /// <summary>A field of the one entry's headers, which stands at two places.</summary>
    private static byte[] Both(int central, int local, ushort value) => Central(Patched(Zip(("a", Text)), local, value), central, value);

    private static byte[] Sized(byte[] zip, int length)
    {
        zip = (byte[])zip.Clone();
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(22), length);
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(DirectoryOf(zip) + 24), length);
        return zip;
    }

    /// <summary>Two entries of which the second begins within the first: the bytes between serve both.</summary>
    private static byte[] Overlapping()
    {
        var inner = Zip(("b", Text));
        var local = inner[..DirectoryOf(inner)];
        var outer = Zip(("a", local), ("b", Text));
        // The directory leads to the header inside of 'a', and what was the second entry is cut out.
        var directory = DirectoryOf(outer);
        var second = directory + ZipFormat.CentralBytes + 1;
        BinaryPrimitives.WriteUInt32LittleEndian(outer.AsSpan(second + 42), ExecutionPlan.Alignment);
        return outer;
    }

    private static byte[] WithGap()
    {
        var zip = Zip(("a", Text));
        byte[] moved = [0, 0, 0, 0, .. zip];
        var directory = DirectoryOf(zip) + 4;
        BinaryPrimitives.WriteUInt32LittleEndian(moved.AsSpan(directory + 42), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(moved.AsSpan(moved.Length - ZipFormat.EndBytes + 16), (uint)directory);
        return moved;
    }

    private static int DirectoryOf(byte[] zip) => (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(zip.Length - ZipFormat.EndBytes + 16));

    private static byte[] Central(byte[] zip, int field, uint value)
    {
        zip = (byte[])zip.Clone();
        if (value > ushort.MaxValue || field is 42) BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(DirectoryOf(zip) + field), value);
        else BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(DirectoryOf(zip) + field), (ushort)value);
        return zip;
    }

    private static byte[] Patched(byte[] zip, int at, ushort value)
    {
        zip = (byte[])zip.Clone();
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at), value);
        return zip;
    }

    private static byte[] Ended(byte[] zip, params int[] fields)
    {
        foreach (var pair in fields.Chunk(2)) zip = Patched(zip, zip.Length - ZipFormat.EndBytes + pair[0], (ushort)pair[1]);
        return zip;
    }
}
