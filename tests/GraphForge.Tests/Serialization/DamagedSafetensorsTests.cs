using System.Buffers.Binary;
using System.Text;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Runtime;
using GraphForge.Serialization;

namespace GraphForge.Tests.Serialization;

/// <summary>Files that break a rule of the format: each gives one clear error, and none changes anything.</summary>
public sealed class DamagedSafetensorsTests
{
    private const int FuzzedFiles = 3000;

    private static IEnumerable<TestCaseData> BrokenHeaders()
    {
        const string one = """{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""";
        yield return Case("empty header", "", 0, "a header that starts with {", "an empty one");
        yield return Case("no object", "[1]", 0, "a header that starts with {", "0x5B");
        yield return Case("leading space", " {}", 0, "a header that starts with {", "0x20");
        yield return Case("not JSON", "{'a':1}", 0, "a header in JSON", "an error in it: ''' is an invalid start of a property name. " +
            "Expected a '\"'. LineNumber: 0 | BytePositionInLine: 1.");
        yield return Case("open end", "{", 0, "a header in JSON", "an error in it: Expected depth to be zero at the end of the JSON payload. " +
            "There is an open JSON object or array that should be closed. LineNumber: 0 | BytePositionInLine: 1.");
        yield return Case("two objects", "{}{}", 0, "a header in JSON",
            "an error in it: '{' is invalid after a single JSON value. Expected end of data. LineNumber: 0 | BytePositionInLine: 2.");
        yield return Case("duplicate name", $$"""{"a":{{one}},"a":{{one}}}""", 4, "every name once in the header", "'a' twice");
        yield return Case("half a character", """{"\ud800":1}""", 0, "text of whole characters in the header", "an escape of half a one at byte 1");
        yield return Case("metadata no object", """{"__metadata__":[]}""", 0, "'__metadata__' to be an object", "a list");
        yield return Case("metadata not text", """{"__metadata__":{"a":1}}""", 0, "'__metadata__.a' to be a string", "a number");
        yield return Case("metadata twice", """{"__metadata__":{"a":"1","a":"2"}}""", 0, "every key once in __metadata__", "'a' twice");
        yield return Case("tensor no object", """{"a":3}""", 0, "'a' to be an object", "a number");
        yield return Case("no dtype", """{"a":{"shape":[],"data_offsets":[0,4]}}""", 4, "dtype, shape and two data_offsets of 'a'", "no dtype");
        yield return Case("no shape", """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "dtype, shape and two data_offsets of 'a'", "no shape");
        yield return Case("no offsets", """{"a":{"dtype":"F32","shape":[]}}""", 4, "dtype, shape and two data_offsets of 'a'", "no data_offsets");
        yield return Case("three offsets", """{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4,8]}}""", 4,
            "dtype, shape and two data_offsets of 'a'", "3 of them");
        yield return Case("unknown field", """{"a":{"dtype":"F32","strides":[]}}""", 4, "dtype, shape and data_offsets of 'a', each once", "another 'strides'");
        yield return Case("field twice", """{"a":{"dtype":"F32","dtype":"F32"}}""", 4, "dtype, shape and data_offsets of 'a', each once", "another 'dtype'");
        yield return Case("unknown dtype", """{"a":{"dtype":"F31"}}""", 4, "a dtype of 'a' among " +
            "U64, I64, F64, C64, F32, U32, I32, BF16, F16, U16, I16, F8_E5M2FNUZ, F8_E4M3FNUZ, F8_E8M0, F8_E4M3, F8_E5M2, I8, U8, F6_E3M2, F6_E2M3, F4, BOOL",
            "'F31'");
        foreach (var number in new[] { "-1", "-0", "1.0", "1e1", "9223372036854775808", "\"1\"", "null" })
            yield return Case($"extent {number}", $$$"""{"a":{"dtype":"F32","shape":[{{{number}}}],"data_offsets":[0,4]}}""", 4,
                "whole numbers from 0 to 2⁶³ - 1 in 'a.shape'", number.Trim('"'));
        yield return Case("beyond the data", $$"""{"a":{{one}}}""", 3, "offsets within the 3 bytes of data", "'a', F32[1] at [0, 4)");
        yield return Case("backwards", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4,
            "offsets within the 4 bytes of data", "'a', F32[1] at [4, 0)");
        yield return Case("wrong size", """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}""", 4,
            "as many bytes as type and shape take", "'a', F64[1] at [0, 4)");
        yield return Case("overflow", """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", 0,
            "as many bytes as type and shape take", "'a', F32[4294967296, 4294967296, 4294967296] at [0, 0)");
        yield return Case("half a byte", """{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}""", 1,
            "as many bytes as type and shape take", "'a', F4[1] at [0, 1)");
        yield return Case("overlap", $$$"""{"a":{{{one}}},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5,
            "a tensor that begins at byte 4, where the one before it ends", "'b', U8[2] at [3, 5)");
        yield return Case("same bytes", $$"""{"a":{{one}},"b":{{one}}}""", 4,
            "a tensor that begins at byte 4, where the one before it ends", "'b', F32[1] at [0, 4)");
        yield return Case("hole", $$$"""{"a":{{{one}}},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}""", 6,
            "a tensor that begins at byte 4, where the one before it ends", "'b', U8[1] at [5, 6)");
        yield return Case("rest", $$"""{"a":{{one}}}""", 9, "4 bytes of data, where the last tensor ends", "9");
        yield return Case("type of no use", """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2,
            "element types that can be read", "'a', F8_E4M3[2] at [0, 2)");

        static TestCaseData Case(string name, string header, int dataBytes, string expected, string found) =>
            new TestCaseData(Content(Encoding.UTF8.GetBytes(header), dataBytes), expected, found).SetArgDisplayNames(name);
    }

    private static IEnumerable<TestCaseData> BrokenFiles()
    {
        yield return new TestCaseData(Array.Empty<byte>(), "a safetensors file, of at least 8 bytes", "0 bytes").SetArgDisplayNames("empty");
        yield return new TestCaseData(new byte[7], "a safetensors file, of at least 8 bytes", "7 bytes").SetArgDisplayNames("short");
        yield return new TestCaseData(Claiming(3, 2), "a header of at most 2 bytes", "one that claims 3").SetArgDisplayNames("cut header");
        yield return new TestCaseData(Claiming(ulong.MaxValue, 2), "a header of at most 2 bytes", "one that claims 18446744073709551615")
            .SetArgDisplayNames("huge header");
        yield return new TestCaseData(Content([(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)'}'], 0), "a header in UTF-8", "other bytes at 2")
            .SetArgDisplayNames("no UTF-8");
        yield return new TestCaseData(Content(Encoding.UTF8.GetBytes("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"""), [1, 2]),
            "values of Bool in 'a'", "BOOL values beyond it").SetArgDisplayNames("bool 2");
        yield return new TestCaseData(Content(Encoding.UTF8.GetBytes("""{"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}"""),
            [0, 0, 0, 0, 0, 0, 0, 0x80]), "values of Int64 in 'a'", "U64 values beyond it").SetArgDisplayNames("uint64 2^63");
    }

    [TestCaseSource(nameof(BrokenHeaders))]
    [TestCaseSource(nameof(BrokenFiles))]
    public void A_broken_file_is_refused(byte[] content, string expected, string found)
    {
        using var folder = new TemporaryFolder();
        var path = folder.With("x.safetensors", content);
        Assert.That(() => Safetensors.Load(path), Throws.TypeOf<DataFileException>()
            .With.Message.EqualTo($"{path}: expected {expected}, found {found}"));
        // It was closed: Windows would not let it be deleted otherwise, and here a lock would be left.
        using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
    }

    [Test]
    public void A_header_too_long_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.With("x.safetensors", Claiming(100_000_001, 0));
        using (var file = File.OpenWrite(path)) file.SetLength(200_000_000);
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<DataFileException>()
            .With.Message.EqualTo($"{path}: expected a header of at most 100000000 bytes, found one that claims 100000001"));
    }

    [Test]
    public void A_missing_file_is_named() => Assert.That(() => SafetensorsFile.Open("/nowhere/x.safetensors"), Throws.TypeOf<DataFileException>()
        .With.Message.EqualTo("/nowhere/x.safetensors: expected a safetensors file, found no such file"));

    [Test]
    public void A_file_damaged_anywhere_is_read_whole_or_refused_and_a_model_never_changes_in_part()
    {
        using var folder = new TemporaryFolder();
        byte[][] originals = [.. new[] { "own_types", "other_types", "tied" }.Select(n => File.ReadAllBytes(SafetensorsTests.Recorded(n)))];
        var model = new SafetensorsTests.TiedNet();
        model.Initialize(seed: 1);
        var initial = model.StateDict().Clone();
        var refused = 0;
        for (var i = 0; i < FuzzedFiles; i++)
        {
            var path = folder.With("x.safetensors", Damaged(originals[i % originals.Length], new Random(i)));
            try
            {
                model.LoadStateDict(Safetensors.Load(path), strict: false);
                model.LoadStateDict(initial);
            }
            catch (Exception e) when (e is DataFileException or GraphForge.Compiler.Graph.GraphException)
            {
                refused++;
                Assert.That(model.StateDict()["hidden.0.weight"].ToArray<float>(), Is.EqualTo(initial["hidden.0.weight"].ToArray<float>()), $"seed {i}");
            }
        }
        // The rest had nothing but values, names or notes changed.
        Assert.That(refused, Is.InRange(FuzzedFiles / 2, FuzzedFiles - 10));
    }

    private static IEnumerable<TestCaseData> BrokenIndices()
    {
        yield return new TestCaseData("[]", "{0}: expected an object with a weight_map, found none");
        yield return new TestCaseData("""{"weight_map":3}""", "{0}: expected an object with a weight_map, found none");
        yield return new TestCaseData("""{"weight_map":{"x":3}}""", "{0}: expected the name of a file beside it for 'x', found 3");
        yield return new TestCaseData("""{"weight_map":{"x":"../a.safetensors"}}""",
            "{0}: expected the name of a file beside it for 'x', found \"../a.safetensors\"");
        yield return new TestCaseData("""{"weight_map":{"x":".."}}""", "{0}: expected the name of a file beside it for 'x', found \"..\"");
        yield return new TestCaseData("""{"weight_map":{"x":"b.safetensors"}}""", "{1}/b.safetensors: expected a safetensors file, found no such file");
        yield return new TestCaseData("""{"weight_map":{"y":"a.safetensors"}}""", "{1}/a.safetensors: expected 'y', as the index says, found 1 tensors without it");
        yield return new TestCaseData("""{"weight_map":{"x":"a.safetensors","x":"a.safetensors"}}""",
            "{0}: expected an index in JSON, found an error in it: Duplicate property 'x' encountered during deserialization.");
    }

    [TestCaseSource(nameof(BrokenIndices))]
    public void A_broken_index_is_refused(string index, string message)
    {
        using var folder = new TemporaryFolder();
        Safetensors.Save(folder.Of("a.safetensors"), new StateDict { ["x"] = TensorData.Of<float>([1], 1) });
        var path = folder.With("model.safetensors.index.json", Encoding.UTF8.GetBytes(index));
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<DataFileException>()
            .With.Message.EqualTo(string.Format(message, path, folder.Path)));
    }

    private static byte[] Damaged(byte[] original, Random random)
    {
        var content = original.ToList();
        for (var damage = random.Next(1, 4); damage > 0; damage--)
        {
            // Mostly in the header, where most can go wrong.
            var at = random.Next(random.Next(4) > 0 ? Math.Min(content.Count, 8 + HeaderLength(original)) : content.Count);
            switch (random.Next(6))
            {
                case 0: content[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: content[at] = (byte)random.Next(256); break;
                case 2: content.Insert(at, content[random.Next(content.Count)]); break;
                case 3: content.RemoveAt(at); break;
                case 4: content.RemoveRange(at, content.Count - at); break;
                default: content[at] = (byte)"0123456789{}[]\",:"[random.Next(17)]; break;
            }
            if (content.Count == 0) break;
        }
        return [.. content];
    }

    private static int HeaderLength(byte[] content) => (int)BinaryPrimitives.ReadUInt64LittleEndian(content);

    private static byte[] Content(byte[] header, int dataBytes) => Content(header, new byte[dataBytes]);

    private static byte[] Content(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    private static byte[] Claiming(ulong length, int rest)
    {
        var content = new byte[8 + rest];
        BinaryPrimitives.WriteUInt64LittleEndian(content, length);
        return content;
    }
}
