using Digits;
using GraphForge.Data;
using GraphForge.Runtime.Device;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    cancellation.Cancel();
};

try
{
    var options = Options.Parse(args);
    if (options.WantsHelp) Console.WriteLine(Options.Help);
    else await Experiment.RunAsync(options, cancellation.Token);
    return 0;
}
catch (UsageException e)
{
    Console.Error.WriteLine($"{e.Message}; --help lists the options");
    return 2;
}
catch (Exception e) when (e is DataFileException or DeviceException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("cancelled");
    return 130;
}
