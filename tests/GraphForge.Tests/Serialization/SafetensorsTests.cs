using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests;
using GraphForge.Layers;
using GraphForge.Runtime;
using GraphForge.Serialization;

namespace GraphForge.Tests.Serialization;

/// <summary>Files that tests/Reference/safetensors_files.py wrote by the specification, and files of our own.</summary>
public sealed class SafetensorsTests
{
    private static readonly Dictionary<string, string> Notes = new() { ["b"] = "zwei\n", ["a"] = "eins" };

    [Test]
    public void What_is_written_is_what_the_reference_writes()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Save(folder.Of("x.safetensors"), OwnTypes(), Notes);
        Assert.That(File.ReadAllBytes(folder.Of("x.safetensors")), Is.EqualTo(File.ReadAllBytes(Recorded("own_types"))));
        Assert.That(folder.Files, Is.EqualTo(new[] { "x.safetensors" }));
    }

    [Test]
    public void Every_type_of_ours_is_read_as_it_was_written()
    {
        using var file = SafetensorsFile.Open(Recorded("own_types"));
        var expected = OwnTypes();
        Assert.Multiple(() =>
        {
            Assert.That(file.Keys, Is.EquivalentTo(expected.Keys));
            Assert.That(file.Metadata, Is.EquivalentTo(Notes));
            foreach (var (name, tensor) in expected)
                Assert.That((file[name].ToString(), Bytes(file[name])), Is.EqualTo((tensor.ToString(), Bytes(tensor))), name);
        });
    }

    [Test]
    public void Other_types_are_read_as_the_next_wider()
    {
        using var file = SafetensorsFile.Open(Recorded("other_types"));
        Assert.Multiple(() =>
        {
            Assert.That(file["int8"].ToArray<int>(), Is.EqualTo(new[] { -128, 127 }));
            Assert.That(file["int16"].ToArray<int>(), Is.EqualTo(new[] { short.MinValue, short.MaxValue }));
            Assert.That(file["uint16"].ToArray<int>(), Is.EqualTo(new[] { 0, ushort.MaxValue }));
            Assert.That(file["uint32"].ToArray<long>(), Is.EqualTo(new[] { 0L, uint.MaxValue }));
            Assert.That(file["uint64"].ToArray<long>(), Is.EqualTo(new[] { 0L, long.MaxValue }));
        });
    }

    [Test]
    public void A_model_of_PyTorch_computes_the_same_here() => CheckModel("image",
        new Sequential(new Conv2d(2, 4, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(16, 3)), [2, 4, 4]);

    [Test]
    public void A_model_of_PyTorch_with_tied_weights_computes_the_same_here() => CheckModel("tied", new TiedNet(), [6]);

    [Test]
    public void A_model_saved_here_has_the_bytes_that_PyTorch_gave()
    {
        using var folder = new TemporaryFolder();
        var model = new TiedNet();
        model.LoadStateDict(Safetensors.Load(Recorded("tied")));
        Safetensors.Save(folder.Of("tied.safetensors"), model.StateDict(), new Dictionary<string, string> { ["format"] = "pt" });
        Assert.That(File.ReadAllBytes(folder.Of("tied.safetensors")), Is.EqualTo(File.ReadAllBytes(Recorded("tied"))));
    }

    [Test]
    public void A_file_is_replaced_while_it_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Of("x.safetensors");
        Safetensors.Save(path, One(1));
        using (var old = SafetensorsFile.Open(path))
        {
            Safetensors.Save(path, One(2));
            Assert.That(old["x"].ToArray<float>(), Is.EqualTo(new[] { 1f }));
        }
        Assert.That(Safetensors.Load(path)["x"].ToArray<float>(), Is.EqualTo(new[] { 2f }));
    }

    [Test]
    public void A_failed_save_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Of("x.safetensors");
        Safetensors.Save(path, One(1));
        var before = File.ReadAllBytes(path);
        var closed = SafetensorsFile.Open(path);
        closed.Dispose();
        Assert.That(() => Safetensors.Save(path, closed), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => Safetensors.SaveSharded(folder.Path, closed, 1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
        Assert.That(folder.Files, Is.EqualTo(new[] { "x.safetensors" }));
    }

    [Test]
    public void Shards_and_their_index_are_read_as_one()
    {
        using var folder = new TemporaryFolder();
        var tensors = OwnTypes();
        Safetensors.SaveSharded(folder.Path, tensors, maxShardBytes: 24, Notes);
        Assert.That(folder.Files, Is.EqualTo(new[]
        {
            "model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors", "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors",
            "model.safetensors.index.json",
        }));
        foreach (var path in new[] { folder.Path, folder.Of("model.safetensors.index.json") })
        {
            var loaded = Safetensors.Load(path);
            Assert.That(loaded.Select(t => (t.Key, t.Value.ToString())), Is.EquivalentTo(tensors.Select(t => (t.Key, t.Value.ToString()))));
            foreach (var (name, tensor) in tensors) Assert.That(Bytes(loaded[name]), Is.EqualTo(Bytes(tensor)), name);
        }
    }

    [Test]
    public void A_folder_with_a_single_file_is_read()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Save(folder.Of("model.safetensors"), One(4));
        Assert.That(Safetensors.Load(folder.Path)["x"].ToArray<float>(), Is.EqualTo(new[] { 4f }));
    }

    [Test]
    public void Names_that_the_format_has_no_room_for_are_refused()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "__metadata__", "half \ud800" })
        {
            var error = Assert.Throws<GraphException>(() => Safetensors.Save(folder.Of("x"), new StateDict { [name] = TensorData.Of<float>([1], 1) }))!;
            Assert.That(error.Problem, Is.EqualTo($"a tensor in a safetensors file cannot be named '{name}'; rename it."));
        }
        Assert.That(Assert.Throws<GraphException>(() => Safetensors.SaveSharded(folder.Path, One(1), 0))!.Problem,
            Is.EqualTo("maxShardBytes must be at least 1 but is 0."));
        Assert.That(folder.Files, Is.Empty);
    }

    internal static string Recorded(string name) => RepositoryFolder.Of("tests", "Reference", "safetensors", name + ".safetensors");

    internal static byte[] Bytes(TensorData tensor)
    {
        return tensor.DType switch
        {
            DType.Float32 => Of<float>(),
            DType.Float64 => Of<double>(),
            DType.Float16 => Of<Half>(),
            DType.BFloat16 => Of<BFloat16>(),
            DType.Int32 => Of<int>(),
            DType.Int64 => Of<long>(),
            DType.Bool => Of<bool>(),
            _ => Of<byte>(),
        };

        byte[] Of<T>() where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(tensor.ToArray<T>()).ToArray();
    }

    private static StateDict OwnTypes() => new()
    {
        ["bool"] = TensorData.Of<bool>([true, false, true], 3),
        ["uint8"] = TensorData.Of<byte>([0, 1, 254, 255], 2, 2),
        ["int32"] = TensorData.Of<int>([int.MinValue, int.MaxValue], 2),
        ["int64"] = TensorData.Of<long>([long.MinValue]),
        ["float32"] = TensorData.Of<float>([0, -0f, 1.5f, float.PositiveInfinity, 1e-45f, -3.25f], 2, 3),
        ["float64"] = TensorData.Of<double>([0.1], 1),
        ["float16"] = TensorData.Of<Half>([(Half)0, (Half)(-1.5f), Half.MaxValue, Half.Epsilon, Half.NegativeInfinity], 5),
        ["bfloat16"] = TensorData.Of<BFloat16>([.. new[] { 1, -3.5f, 3.3895314e38f, 9.18355e-41f }.Select(v => (BFloat16)v)], 4),
        ["empty"] = TensorData.Of<float>([], 0, 3),
        ["Größe \"1\"\\層"] = TensorData.Of<float>([7], 1),
    };

    private static StateDict One(float value) => new() { ["x"] = TensorData.Of<float>([value], 1) };

    private static void CheckModel(string name, Module model, Shape input)
    {
        using var file = SafetensorsFile.Open(Recorded(name));
        model.LoadStateDict(file);
        var recorded = Safetensors.Load(Recorded(name + ".case"));
        var output = Values.Infer(model, input, recorded["input0"].ToArray<float>());
        Assert.That(output, Is.EqualTo(recorded["output"].ToArray<float>()).Within(1e-6));
    }

    internal sealed class TiedNet : Module
    {
        private readonly Linear _embedding = new(6, 4, bias: false);
        private readonly Sequential _hidden = new(new Linear(4, 6), new Tanh());
        private readonly Linear _decoder = new(6, 4, bias: false);

        public TiedNet() => _decoder.Weight = _embedding.Weight;

        public override Tensor Forward(Tensor input) => _decoder.Forward(_hidden.Forward(_embedding.Forward(input)));
    }
}
