namespace GraphForge.Data.Tests;

public class MnistTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("graphforge-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("t10k", "")]
    [TestCase("test", ".gz")]
    public void LoadsBothSetsUnderEitherName(string test, string extension)
    {
        WriteSet("train", extension, pixels: [0, 255, 51, 0, 0, 0, 0, 255], labels: [3, 9]);
        WriteSet(test, extension, pixels: [255, 255, 255, 255], labels: [0]);

        var (trainSet, testSet) = Mnist.Load(_folder);

        Assert.That(trainSet.SampleDims, Is.EqualTo(new[] { 1, 2, 2 }));
        Assert.That(trainSet.Features.ToArray(), Is.EqualTo(new[] { 0, 1, 0.2f, 0, 0, 0, 0, 1 }));
        Assert.That(trainSet.Labels.ToArray(), Is.EqualTo(new long[] { 3, 9 }));
        Assert.That(testSet.Count, Is.EqualTo(1));
    }

    [Test]
    public void MissingSetIsNamed()
    {
        WriteSet("train", "", pixels: [0, 0, 0, 0], labels: [3]);

        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<DataFileException>().With.Message.EqualTo(
            $"{Path.Combine(_folder, "t10k-images-idx3-ubyte.gz")}: expected an idx file, found no such file"));
    }

    [Test]
    public void LabelsMustMatchTheImages()
    {
        WriteSet("train", "", pixels: [0, 0, 0, 0], labels: [3, 4]);

        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<DataFileException>().With.Message.EqualTo(
            $"{Path.Combine(_folder, "train-labels-idx1-ubyte")}: expected a label for each of 1 images, found 2 labels"));
    }

    [Test]
    public void LabelsAreDigits()
    {
        WriteSet("train", "", pixels: [0, 0, 0, 0], labels: [10]);

        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<DataFileException>().With.Message.EqualTo(
            $"{Path.Combine(_folder, "train-labels-idx1-ubyte")}: expected labels from 0 to 9, found 10"));
    }

    /// <summary>Images of 2 by 2 pixels. The content is not compressed whatever the extension says.</summary>
    private void WriteSet(string prefix, string extension, byte[] pixels, byte[] labels)
    {
        File.WriteAllBytes(
            Path.Combine(_folder, $"{prefix}-images-idx3-ubyte{extension}"),
            [0, 0, 8, 3, 0, 0, 0, (byte)(pixels.Length / 4), 0, 0, 0, 2, 0, 0, 0, 2, .. pixels]);
        File.WriteAllBytes(
            Path.Combine(_folder, $"{prefix}-labels-idx1-ubyte{extension}"),
            [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]);
    }
}
