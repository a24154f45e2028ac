using System.Diagnostics;
using GraphForge.Data;
using GraphForge.Runtime.Artifacts;
using OnDeviceTraining;

if (!Arguments.TryParse(args, out var arguments))
{
    Console.Error.WriteLine(Arguments.Help);
    return 2;
}

try
{
    var (train, test) = Mnist.Load(Path.Combine(AppContext.BaseDirectory, "data", "mnist10k"));
    // The artifact was built with this program and lies beside it; one that went on training may be given in its place.
    using var artifact = Artifact.Open(arguments.From ?? Path.Combine(AppContext.BaseDirectory, "digits.gfm"), new ArtifactOptions { Trust = Trust.LocalFile });
    var trainer = new Trainer(artifact);
    for (var epoch = 0; epoch < arguments.Epochs; epoch++)
    {
        var watch = Stopwatch.StartNew();
        var loss = trainer.Train(train, epoch);
        var (testLoss, accuracy) = trainer.Evaluate(test);
        Console.WriteLine($"epoch {epoch + 1}: loss {loss:F4}, test loss {testLoss:F4}, accuracy {accuracy:P1}, {watch.Elapsed.TotalSeconds:F1} s");
    }
    if (arguments.To is { } to) artifact.Save(to);
    if (arguments.Weights is { } weights) artifact.SaveWeights(weights);
    return 0;
}
catch (Exception e) when (e is ArtifactException or DataFileException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
