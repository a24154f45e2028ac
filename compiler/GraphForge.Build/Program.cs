using GraphForge.Build;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    cancellation.Cancel();
};
return CompileStep.Run(CompileStepOptions.Parse(args), Console.Out, cancellation.Token);
