namespace GraphForge.Data;

/// <summary>Handwritten digits in the four idx files of MNIST (Y. LeCun, C. Cortes, C. Burges), or of a subset of it.</summary>
public static class Mnist
{
    private static readonly string[] TestPrefixes = ["t10k", "test"];

    /// <summary>
    /// Reads <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c> and the same for the test set, whose names start
    /// with <c>t10k</c> or <c>test</c>; each may end in <c>.gz</c>.
    /// </summary>
    /// <returns>Samples [1, rows, columns] with features in [0, 1], labels 0..9.</returns>
    /// <exception cref="DataFileException">A file is missing, malformed, or does not fit its partner.</exception>
    public static (ArrayDataset Train, ArrayDataset Test) Load(string folder) =>
        (LoadSet(folder, ["train"]), LoadSet(folder, TestPrefixes));

    private static ArrayDataset LoadSet(string folder, string[] prefixes)
    {
        var images = IdxFile.ReadImages(Find(folder, prefixes, "images-idx3-ubyte"));
        var labelPath = Find(folder, prefixes, "labels-idx1-ubyte");
        var labels = IdxFile.ReadLabels(labelPath);
        if (labels.Count != images.Count)
            throw new DataFileException(labelPath, $"a label for each of {images.Count} images", $"{labels.Count} labels");
        if (Array.Find(labels.Data, label => label > 9) is var wrong and > 9)
            throw new DataFileException(labelPath, "labels from 0 to 9", $"{wrong}");
        return new ArrayDataset(
            Array.ConvertAll(images.Data, pixel => pixel / 255f),
            [1, images.Dims[1], images.Dims[2]],
            Array.ConvertAll(labels.Data, label => (long)label));
    }

    /// <summary>The first of the possible names that exists; where none does, the one to complain about.</summary>
    private static string Find(string folder, string[] prefixes, string kind)
    {
        var names = prefixes.SelectMany(prefix => new[] { $"{prefix}-{kind}.gz", $"{prefix}-{kind}" }).ToArray();
        return Path.Combine(folder, names.FirstOrDefault(name => File.Exists(Path.Combine(folder, name))) ?? names[0]);
    }
}
