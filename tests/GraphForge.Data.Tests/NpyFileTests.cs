using System.Buffers.Binary;
using System.Text;
using GraphForge.Runtime;

namespace GraphForge.Data.Tests;

public class NpyFileTests
{
    private const string Plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    private static readonly byte[] SixFloats = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];

    private string _path = null!;

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(Path.GetTempPath(), $"graphforge-{Guid.NewGuid():N}.npy");

    [TearDown]
    public void RemoveFile() => File.Delete(_path);

    /// <summary>What numpy.save writes for numpy.arange(6, dtype='f4').reshape(2, 3), as recorded from NumPy 1.24.</summary>
    [Test]
    public void It_is_NumPys_format()
    {
        byte[] numpy = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(Plain.PadRight(117) + "\n"), .. SixFloats];
        using var stream = new MemoryStream();
        NpyFile.Write(stream, new NpyArray(DType.Float32, [2, 3], SixFloats));
        Assert.That(stream.ToArray(), Is.EqualTo(numpy));
        File.WriteAllBytes(_path, numpy);
        var array = NpyFile.Read(_path);
        Assert.That((array.DType, array.Data), Is.EqualTo((DType.Float32, SixFloats)));
        Assert.That(array.Dims, Is.EqualTo(new[] { 2, 3 }));
    }

    [Test]
    public void Every_type_and_rank_comes_back([Values] DType type, [Values(0, 1, 3)] int rank)
    {
        var dims = Enumerable.Range(2, rank).Select(d => (long)d).ToArray();
        var data = new byte[type.Size() * dims.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(type == DType.Bool ? i % 2 : i);
        Write(new NpyArray(type, dims, data));
        var array = NpyFile.Read(_path);
        Assert.That(array.Dims, Is.EqualTo(dims));
        Assert.That(array.DType, Is.EqualTo(type == DType.BFloat16 ? DType.Float32 : type));
        Assert.That(type == DType.BFloat16 ? [.. array.Data.Chunk(4).SelectMany(e => e[2..])] : array.Data, Is.EqualTo(data));
    }

    [Test]
    public void Elements_start_on_64_bytes()
    {
        Write(new NpyArray(DType.UInt8, [3], [1, 2, 3]));
        Assert.That((new FileInfo(_path).Length - 3) % 64, Is.Zero);
    }

    [Test]
    public void Keys_may_stand_in_any_order_and_longer_lengths_be_used([Values(2, 3)] int version)
    {
        var header = Encoding.ASCII.GetBytes("{\"shape\": (6,), 'fortran_order': True, 'descr': '<f4'}\n");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        File.WriteAllBytes(_path, [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. header, .. SixFloats]);
        var array = NpyFile.Read(_path);
        Assert.That(array.Dims, Is.EqualTo(new[] { 6 }));
        Assert.That(array.Data, Is.EqualTo(SixFloats));
    }

    [Test]
    public void Every_truncation_is_an_error()
    {
        var whole = Bytes(Plain, SixFloats);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.That(() => NpyFile.Read(_path), Throws.TypeOf<DataFileException>(), $"{length} bytes");
        }
    }

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Case("empty", [], "expected an npy file, found an empty one");
        yield return Case("another file", "PK\u0003\u0004 and more"u8.ToArray(), "expected an npy file, found another kind of file");
        yield return Case("version", [0x93, .. "NUMPY"u8, 4, 0, 0, 0, 0, 0], "expected npy format 1, 2 or 3, found format 4.0");
        yield return Case("cut header", Bytes(Plain, SixFloats)[..40], "expected a whole npy header, found one that is cut off");
        yield return Case("cut data", Bytes(Plain, SixFloats[..20]), "expected 24 bytes of data for float32[2, 3], found 20 bytes");
        yield return Case("more data", Bytes(Plain, [.. SixFloats, 0]), "expected 24 bytes of data for float32[2, 3], found 25 bytes");
        yield return Case("huge header", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255], "expected an npy header of at most 10000 bytes, found one of 4294967295 bytes");
        yield return Case("order", Bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", SixFloats),
            "expected an array in C order (numpy.ascontiguousarray makes one), found one in Fortran order");
        yield return Case("big-endian", Bytes("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", SixFloats),
            "expected little-endian elements (array.astype(array.dtype.newbyteorder('<')) makes them), found big-endian ones, '>f4'");
        yield return Case("type", Bytes("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", SixFloats),
            "expected elements of one of the types |b1, |u1, <i4, <i8, <f2, <f4, <f8, found '<c8'");
        yield return Case("records", Bytes("{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (3,), }", SixFloats),
            "expected elements of one of the types |b1, |u1, <i4, <i8, <f2, <f4, <f8, found others");
        yield return Case("objects", Bytes("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", SixFloats),
            "expected elements of one of the types |b1, |u1, <i4, <i8, <f2, <f4, <f8, found '|O'");
        yield return Case("dictionary", Bytes("__import__('os')", SixFloats), "expected an npy header {'descr': …, 'fortran_order': …, 'shape': …}, found __import__('os')");
        yield return Case("negative", Bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", SixFloats),
            "expected an npy header {'descr': …, 'fortran_order': …, 'shape': …}, found {'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }");
        yield return Case("twice", Bytes("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", SixFloats),
            "expected an npy header {'descr': …, 'fortran_order': …, 'shape': …}, found {'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'sh");
        yield return Case("overflow", Bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }", SixFloats),
            "expected at most 2147483591 bytes of data, found float32[9223372036854775807, 9223372036854775807]");
        yield return Case("bool", Bytes("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", [0, 2]), "expected bool elements of 0 or 1, found others");

        static TestCaseData Case(string name, byte[] file, string message) => new TestCaseData(file, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Wrong))]
    public void Errors_say_what_is_wrong(byte[] file, string message)
    {
        File.WriteAllBytes(_path, file);
        Assert.That(Assert.Throws<DataFileException>(() => NpyFile.Read(_path))!.Message, Is.EqualTo($"{_path}: {message}"));
    }

    [Test]
    public void A_missing_file_is_an_error() =>
        Assert.That(Assert.Throws<DataFileException>(() => NpyFile.Read(_path))!.Message, Is.EqualTo($"{_path}: expected an npy file, found no such file"));

    [Test]
    public void Bytes_must_fill_the_shape() => Assert.That(
        Assert.Throws<ArgumentException>(() => NpyFile.Write(Stream.Null, new NpyArray(DType.Int64, [2], new byte[15])))!.Message,
        Is.EqualTo("15 bytes are no int64[2]. (Parameter 'array')"));

    private void Write(NpyArray array)
    {
        using var file = File.Create(_path);
        NpyFile.Write(file, array);
    }

    /// <summary>A file of version 1 with any header.</summary>
    private static byte[] Bytes(string header, byte[] data)
    {
        var text = Encoding.ASCII.GetBytes(header + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
    }
}
