using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tests.Artifacts;

namespace GraphForge.Tool.Tests;

public sealed class RunCommandTests
{
    private SampleArtifacts _samples = null!;

    [OneTimeSetUp]
    public void Save() => _samples = new SampleArtifacts();

    [OneTimeTearDown]
    public void Remove() => _samples.Dispose();

    /// <summary>Same bits as the model: with kernels compiled here, and with the artifact's own where the registers are as wide.</summary>
    [Test]
    public void Arrays_in_and_out_are_NumPys()
    {
        var (kind, position) = Classifier.Sample(5);
        var kinds = Npy("kind.npy", DType.Int64, [5], kind);
        var positions = Npy("position.npy", DType.Float32, [5, Classifier.Features], position);
        var run = ToolRun.Of("run", _samples.Classifier, "-i", $"kind={kinds}", "-i", $"position={positions}", "-o", _samples.Of("scores.npy"));
        Assert.That((run.Code, run.Output), Is.EqualTo((ExitCode.Done, "")), run.Error);
        Assert.That(run.Error, Does.StartWith("compiling infer for batch = 5 from the artifact's graph\nrunning infer for batch = 5, kernels compiled here for "));
        var expected = new float[5 * Classifier.Classes];
        _samples.Model.Run([("kind", kind), ("position", position)], [("scores", expected)]);
        var scores = NpyFile.Read(_samples.Of("scores.npy"));
        Assert.That(scores.Dims, Is.EqualTo(new[] { 5, Classifier.Classes }));
        Assert.That(Literal.Of(new TensorType(scores.DType, Shape.Of(scores.Dims)), scores.Data).AsSpan<float>().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void One_object_holds_all_inputs_or_outputs([Values("none", "local")] string trust)
    {
        var inputs = _samples.With("inputs.json", """{"kind": [3], "position": [[0.5, -1, 2e-1, 0, 1]]}""");
        var output = ToolRun.Done("run", _samples.Classifier, "--input", inputs, "--trust", trust, "--json", "-o", _samples.Of("scores.json"), "-o", $"scores={_samples.Of("only.json")}");
        var expected = new float[Classifier.Classes];
        _samples.Model.Run([("kind", new long[] { 3 }), ("position", new[] { 0.5f, -1, 0.2f, 0, 1 })], [("scores", expected)]);
        using var shown = JsonDocument.Parse(output);
        Assert.That(shown.RootElement.GetProperty("scores")[0].EnumerateArray().Select(e => e.GetSingle()), Is.EqualTo(expected).Within(1e-6));
        Assert.That(File.ReadAllText(_samples.Of("scores.json")), Is.EqualTo(output.TrimEnd('\n')));
        Assert.That($"{{\"scores\":{File.ReadAllText(_samples.Of("only.json"))}}}", Is.EqualTo(output.TrimEnd('\n')));
    }

    [Test]
    public void Inputs_are_made_up_where_that_is_asked_for()
    {
        var zeros = ToolRun.Done("run", _samples.Classifier, "--zeros", "--bind", "batch=1");
        var expected = new float[Classifier.Classes];
        _samples.Model.Run([("kind", new long[1]), ("position", new float[Classifier.Features])], [("scores", expected)]);
        Assert.That(zeros, Is.EqualTo($"scores (float32[1, 3]): {string.Join(' ', expected)}\n"));
        var random = ToolRun.Done("run", _samples.Classifier, "--random", "7", "--bind", "batch=20");
        Assert.That(random, Is.EqualTo(ToolRun.Done("run", _samples.Classifier, "--random", "7", "--bind", "batch=20", "--threads", "3")));
        Assert.That(random, Is.Not.EqualTo(ToolRun.Done("run", _samples.Classifier, "--random", "8", "--bind", "batch=20")));
        Assert.That(random, Does.EndWith(" … and 28 more\n"));
    }

    /// <summary>A step changes the weights in memory; only --output writes them.</summary>
    [Test]
    public void A_training_step_is_kept_where_that_is_asked_for()
    {
        var training = _samples.Training();
        var before = File.ReadAllBytes(training);
        var inputs = _samples.With("batch.json", """{"samples": [[1, 2, 3], [3, 2, 1], [0, 0, 1], [1, 0, 0]], "targets": [0, 1, 0, 1]}""");
        ToolRun.Done("run", training, "-f", "train", "-i", inputs);
        Assert.That(File.ReadAllBytes(training), Is.EqualTo(before));
        ToolRun.Done("run", training, "-f", "train", "-i", inputs, "-o", _samples.Of("after.gfm"));
        Assert.That(File.ReadAllBytes(training), Is.EqualTo(before));
        using var first = Artifact.Open(training);
        using var second = Artifact.Open(_samples.Of("after.gfm"));
        Assert.That((first.State("training.step").AsSpan<long>()[0], second.State("training.step").AsSpan<long>()[0]), Is.EqualTo((0, 1)));
        Assert.That(second.State("model.weight").AsSpan<float>().ToArray(), Is.Not.EqualTo(first.State("model.weight").AsSpan<float>().ToArray()));
    }

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Case("no values", ["-b", "batch=1"], "the input 'kind' (int64[batch]) has no values: --input kind=file.npy; or --random 1 or --zeros for made-up ones.");
        yield return Case("open", ["--zeros"], "the extent batch of 'infer' is open: name it, --bind batch=8. The artifact was compiled for batch = 1; for batch = 4.");
        yield return Case("bounds", ["--zeros", "-b", "batch=0"], "the extent batch cannot be 0; it lies in 1..2147483647.");
        yield return Case("extent", ["--zeros", "-b", "rows=1"], "--bind rows=1: 'infer' has no extent rows; open are batch.");
        yield return Case("function", ["--zeros", "-f", "train"], "there is no function 'train'; there are 'infer'.");
        yield return Case("input", ["-i", "color=red.npy"],
            "--input color=red.npy: write name=file.npy or name=file.json, or file.json with an object of all inputs. 'infer' takes 'kind' (int64[batch]), 'position' (float32[batch, 5]).");
        yield return Case("kind of input", ["-i", "kind={0}/kinds.csv"], "{0}/kinds.csv: inputs are read from .npy and .json files.");
        yield return Case("missing file", ["-i", "kind={0}/none.npy"], "{0}/none.npy: expected an npy file, found no such file");
        yield return Case("missing JSON", ["-i", "kind={0}/none.json"], "{0}/none.json: there is no such file.");
        yield return Case("type", ["-i", "kind={0}/floats.npy"], "{0}/floats.npy: the input 'kind' (int64[batch]) was given float32[2, 5].");
        yield return Case("shape", ["-i", "position={0}/flat.json"], "{0}/flat.json: the input 'position' (float32[batch, 5]) was given float32[5].");
        yield return Case("extents apart", ["-i", "position={0}/floats.npy", "-i", "kind={0}/three.json"],
            "the extent batch is 3 by the input 'kind' and 2 by the input 'position'.");
        yield return Case("extent and input", ["-b", "batch=9", "-i", "kind={0}/three.json"], "the extent batch is 9 by --bind and 3 by the input 'kind'.");
        yield return Case("twice", ["-i", "kind={0}/three.json", "-i", "kind={0}/three.json"], "{0}/three.json: the input 'kind' is given twice.");
        yield return Case("no JSON", ["-i", "kind={0}/broken.json"],
            "{0}/broken.json: this is no JSON: '}' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 1.");
        yield return Case("ragged", ["-i", "position={0}/ragged.json"],
            "{0}/ragged.json: the input 'position' (float32[batch, 5]) cannot be read: the arrays are not all of the extents [2, 2] of the first ones.");
        yield return Case("element", ["-i", "kind={0}/half.json"], "{0}/half.json: the input 'kind' (int64[batch]) cannot be read: element 1 is 1.5, which is no int64.");
        yield return Case("no object", ["-i", "{0}/three.json"], "{0}/three.json: an object with an entry for each input is expected: {\"kind\": […]}.");
        yield return Case("entry", ["-i", "{0}/color.json"], "{0}/color.json: 'infer' has no input 'color'; it takes 'kind' (int64[batch]), 'position' (float32[batch, 5]).");
        yield return Case("index", ["-i", "kind={0}/six.json", "--zeros"], "{0}/classifier.gfm: error GF0507: element 0 of the input 'kind' is 6, but Embedding 'kind' has rows 0..5.");
        yield return Case("output", ["--zeros", "-b", "batch=1", "-o", "scores.csv"],
            "--output scores.csv: write name=file.npy or name=file.json, file.json for all outputs, or file.gfm for the artifact with its new states. 'infer' gives 'scores' (float32[batch, 3]).");
        yield return Case("not compiled", ["--zeros", "-b", "batch=3", "--trust", "local"],
            "{0}/classifier.gfm: error GF0505: 'infer' was not compiled for batch = 3; it was for batch = 1; for batch = 4. Save the model with the extents that are needed.");

        static TestCaseData Case(string name, string[] options, string problem) => new TestCaseData(options, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Wrong))]
    public void Errors_say_what_is_wrong(string[] options, string problem)
    {
        Npy("floats.npy", DType.Float32, [2, 5], new float[10]);
        foreach (var (name, content) in new[]
        {
            ("flat.json", "[1, 2, 3, 4, 5]"), ("three.json", "[0, 1, 2]"), ("broken.json", "[}"), ("ragged.json", "[[1, 2], [3]]"), ("half.json", "[1, 1.5]"),
            ("color.json", """{"color": 1}"""), ("six.json", "[6]"), ("kinds.csv", "1,2"),
        })
            _samples.With(name, content);
        var folder = Path.GetDirectoryName(_samples.Classifier)!;
        Assert.That(ToolRun.Refused(["run", _samples.Classifier, .. options.Select(o => o.Replace("{0}", folder))]).Replace(folder, "{0}").Replace('\\', '/'), Is.EqualTo(problem));
    }

    /// <summary>A file that promises more than it holds takes no memory for it.</summary>
    [Test]
    public void Arrays_that_promise_too_much_are_refused()
    {
        var path = _samples.With("large.json", $"[{string.Join(", ", Enumerable.Repeat("[[0]]", 3))}, [{string.Join(", ", Enumerable.Repeat("[0, 0]", 9))}]]");
        Assert.That(ToolRun.Refused("run", _samples.Classifier, "-i", $"kind={path}"), Is.EqualTo(
            $"{path}: the input 'kind' (int64[batch]) cannot be read: the arrays are not all of the extents [4, 1, 1] of the first ones."));
    }

    private string Npy<T>(string name, DType type, long[] dims, T[] values) where T : unmanaged
    {
        using var file = File.Create(_samples.Of(name));
        NpyFile.Write(file, new NpyArray(type, dims, Literal.Of<T>(values, dims).Bytes.ToArray()));
        return _samples.Of(name);
    }
}
