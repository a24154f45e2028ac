using AotClassifier;

if (args is ["--help" or "-h"])
{
    Console.WriteLine("Says which digit an image shows: AotClassifier [image.txt …]. Images are text of 28×28 shades, \" .:-=+*#%@\"; see samples.");
    return 0;
}

var paths = args.Length > 0 ? args : Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"));
Array.Sort(paths, StringComparer.Ordinal);
var probabilities = new float[10];
foreach (var path in paths)
{
    try
    {
        DigitClassifier.Run(TextImage.Parse(File.ReadAllText(path)), probabilities);
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
    {
        Console.Error.WriteLine($"{path}: {e.Message}");
        return 1;
    }
    var digit = Array.IndexOf(probabilities, probabilities.Max());
    Console.WriteLine($"{Path.GetFileName(path)}: {digit} ({probabilities[digit]:P1})");
}
return 0;
