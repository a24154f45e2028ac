namespace AotClassifier;

/// <summary>Images as text: a line for each row, from a blank for black to @ for white.</summary>
internal static class TextImage
{
    public const int Size = 28;

    private const string Shades = " .:-=+*#%@";

    /// <summary>Pixels in 0..1, row by row; rows and columns that are not there are black.</summary>
    /// <exception cref="FormatException">The text is larger than an image, or has other characters.</exception>
    public static float[] Parse(string text)
    {
        var pixels = new float[Size * Size];
        var row = 0;
        foreach (var line in text.AsSpan().TrimEnd().EnumerateLines())
        {
            if (row == Size) throw new FormatException($"an image has {Size} lines, this one has more");
            if (line.Length > Size) throw new FormatException($"line {row + 1} has {line.Length} characters; an image is {Size} wide");
            for (var column = 0; column < line.Length; column++)
            {
                var shade = Shades.IndexOf(line[column]);
                if (shade < 0) throw new FormatException($"line {row + 1} has a '{line[column]}'; shades are \"{Shades}\"");
                pixels[row * Size + column] = shade / (float)(Shades.Length - 1);
            }
            row++;
        }
        return pixels;
    }
}
