using System.Globalization;
using System.Text;
using System.Xml;

namespace GraphForge.Compiler.Memory;

/// <summary>
/// Draws the arena of a report. Step <c>i</c> is the column from <c>i</c> to <c>i + 1</c>; a tensor that takes over the bytes of
/// another does so in the middle of its first column, so that their rectangles meet instead of lying on each other.
/// </summary>
internal sealed class MemoryPicture
{
    private const double Left = 90, Top = 40, Width = 1080, Height = 520;
    private const int Ticks = 8;

    private static readonly (TensorRole Role, string Colour)[] Colours =
    [
        (TensorRole.Input, "#e69f00"),
        (TensorRole.Activation, "#56b4e9"),
        (TensorRole.Gradient, "#cc79a7"),
        (TensorRole.Output, "#009e73"),
        (TensorRole.Scratch, "#999999"),
    ];

    private static readonly Stroke Axis = new("axis", "#000", "");
    private static readonly Stroke Live = new("live bytes", "#000", "");
    private static readonly Stroke Peak = new("planned peak", "#d55e00", "8 4");
    private static readonly Stroke Bound = new("lower bound", "#0072b2", "3 3");

    private readonly MemoryReport _report;
    private readonly HashSet<int> _takenOver;
    private readonly int _steps;
    private readonly long _top;
    private readonly StringBuilder _text = new();
    private readonly XmlWriter _svg;

    public MemoryPicture(MemoryReport report)
    {
        _report = report;
        _takenOver = [.. report.Tensors.Select(t => t.InPlaceOf).OfType<int>()];
        _steps = Math.Max(1, report.Timeline.Count);
        _top = Math.Max(1, Math.Max(report.ArenaBytes, report.LowerBound));
        _svg = XmlWriter.Create(_text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = "", NewLineChars = "\n" });
    }

    public string Draw()
    {
        _svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        Attributes(("viewBox", "0 0 1200 660"), ("font-family", "sans-serif"), ("font-size", "12"));
        Element("style", "svg{background:#fff}rect.t{stroke:#fff;stroke-width:.4}rect.t:hover{stroke:#000;stroke-width:2}" +
            string.Concat(Colours.Select(c => $".{Class(c.Role)}{{fill:{c.Colour}}}")));
        Text(Left + Width / 2, 18, string.Create(CultureInfo.InvariantCulture, $"{_report.Program}: arena {MemoryReport.Text(_report.ArenaBytes)}, lower bound " +
            $"{MemoryReport.Text(_report.LowerBound)} (ratio {_report.Ratio:0.000}), {_report.Timeline.Count} steps, {_report.Tensors.Count} tensors") +
            (_report.HostBytes > 0 ? $", {MemoryReport.Text(_report.HostBytes)} at the host" : ""), "middle");
        DrawAxes();
        foreach (var (index, tensor) in _report.Tensors.Index())
            if (tensor.Bytes > 0) DrawTensor(tensor, _takenOver.Contains(index));
        DrawLiveBytes();
        foreach (var (bytes, level) in new[] { (_report.ArenaBytes, Peak), (_report.LowerBound, Bound) })
            Line(Left, Y(bytes), Left + Width, Y(bytes), level, $"{level.Name} {MemoryReport.Text(bytes)}");
        DrawLegend();
        _svg.WriteEndElement();
        _svg.Close();
        return _text.Append('\n').ToString();
    }

    private void DrawTensor(in PlannedTensor tensor, bool isTakenOver)
    {
        var (from, to) = (X(tensor.FirstStep + (tensor.InPlaceOf is null ? 0 : 0.5)), X(tensor.LastStep + (isTakenOver ? 0.5 : 1)));
        var (high, low) = (Y(tensor.Offset + tensor.Bytes), Y(tensor.Offset));
        _svg.WriteStartElement("rect");
        Attributes(("class", $"t {Class(tensor.Role)}"), ("x", Number(from)), ("y", Number(high)),
            ("width", Number(to - from)), ("height", Number(low - high)));
        Element("title", Describe(tensor));
        _svg.WriteEndElement();
    }

    private string Describe(in PlannedTensor tensor)
    {
        var shape = tensor.Shape.Length == 0 ? "" : $" {tensor.Shape}";
        var source = tensor.Source.IsKnown ? $"\n{tensor.Source}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{tensor.Name}{shape}\n{MemoryReport.Text(tensor.Bytes)} ({tensor.Bytes} bytes) at " +
            $"{tensor.Offset}\n{tensor.Role.ToString().ToLowerInvariant()}, steps {tensor.FirstStep} {Name(tensor.FirstStep)} to " +
            $"{tensor.LastStep} {Name(tensor.LastStep)}{source}");
    }

    private string Name(int step) => step < _report.Timeline.Count ? _report.Timeline[step].Name : "";

    private void DrawAxes()
    {
        Line(Left, Top + Height, Left + Width, Top + Height, Axis);
        Line(Left, Top, Left, Top + Height, Axis);
        for (long step = 0, each = TickOf(_steps, 10); step <= _steps; step += each)
        {
            Line(X(step), Top + Height, X(step), Top + Height + 5, Axis);
            Text(X(step), Top + Height + 18, $"{step}", "middle");
        }
        for (long bytes = 0, each = TickOf(_top, 2); bytes <= _top; bytes += each)
        {
            Line(Left - 5, Y(bytes), Left, Y(bytes), Axis);
            Text(Left - 8, Y(bytes) + 4, MemoryReport.Text(bytes), "end");
        }
        Text(Left + Width / 2, Top + Height + 36, "time: steps in execution order", "middle");
        Text(8, Top - 6, "address in the arena", "start");
    }

    /// <summary>
    /// The smallest distance of round numbers that puts at most <see cref="Ticks"/> on an axis: powers of <paramref name="radix"/>,
    /// for ten twice and five times as much too.
    /// </summary>
    private static long TickOf(long end, int radix)
    {
        for (long power = 1; ; power *= radix)
            foreach (var factor in radix == 10 ? (int[])[1, 2, 5] : [1])
                if (end / (power * factor) <= Ticks) return power * factor;
    }

    /// <summary>Live bytes over time: how much of the arena below the lower bound is at work.</summary>
    private void DrawLiveBytes()
    {
        var points = _report.Timeline.Index().SelectMany(s => new[] { (Step: s.Index, s.Item.LiveBytes), (Step: s.Index + 1, s.Item.LiveBytes) });
        _svg.WriteStartElement("polyline");
        Attributes(("fill", "none"), ("stroke", "#000"), ("stroke-width", ".8"), ("pointer-events", "none"),
            ("points", string.Join(' ', points.Select(p => $"{Number(X(p.Step))},{Number(Y(p.LiveBytes))}"))));
        _svg.WriteEndElement();
    }

    private void DrawLegend()
    {
        var (x, y) = (Left, Top + Height + 62);
        foreach (var (role, _) in Colours)
        {
            _svg.WriteStartElement("rect");
            Attributes(("class", Class(role)), ("x", Number(x)), ("y", Number(y - 10)), ("width", "12"), ("height", "12"));
            _svg.WriteEndElement();
            Text(x + 18, y, role.ToString().ToLowerInvariant(), "start");
            x += 110;
        }
        foreach (var stroke in new[] { Live, Peak, Bound })
        {
            Line(x, y - 4, x + 24, y - 4, stroke);
            Text(x + 30, y, stroke.Name, "start");
            x += 130;
        }
    }

    private void Line(double x1, double y1, double x2, double y2, Stroke stroke, string title = "")
    {
        _svg.WriteStartElement("line");
        Attributes(("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)), ("stroke", stroke.Colour));
        if (stroke.Dashes.Length > 0) Attributes(("stroke-width", "1.5"), ("stroke-dasharray", stroke.Dashes));
        if (title.Length > 0) Element("title", title);
        _svg.WriteEndElement();
    }

    private void Text(double x, double y, string text, string anchor)
    {
        _svg.WriteStartElement("text");
        Attributes(("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor));
        _svg.WriteString(Clean(text));
        _svg.WriteEndElement();
    }

    private void Element(string name, string content)
    {
        _svg.WriteStartElement(name);
        _svg.WriteString(Clean(content));
        _svg.WriteEndElement();
    }

    private void Attributes(params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach (var (name, value) in attributes) _svg.WriteAttributeString(name, value);
    }

    private static string Class(TensorRole role) => role.ToString().ToLowerInvariant();

    private double X(double step) => Left + Width * step / _steps;

    private double Y(double bytes) => Top + Height * (1 - bytes / _top);

    private static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    /// <summary>Characters that no XML may contain, not even escaped, as the replacement character.</summary>
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(r =>
        r.Value is '\n' or '\t' || (r.Value >= 0x20 && r.Value is not (0xFFFE or 0xFFFF)) ? r.ToString() : "\uFFFD"));

    private readonly record struct Stroke(string Name, string Colour, string Dashes);
}
