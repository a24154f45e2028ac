using System.Text.Json;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Reference;

/// <summary>An optimizer's settings as PyTorch was given them.</summary>
internal static class RecordedOptimizer
{
    /// <param name="name">The class in torch.optim.</param>
    /// <param name="arguments">PyTorch's names and values; what is missing is left to the default.</param>
    public static Optimizer Create(string name, IReadOnlyDictionary<string, JsonElement> arguments)
    {
        double Number(string argument, double otherwise) =>
            arguments.TryGetValue(argument, out var value) ? value.GetDouble() : otherwise;
        bool Flag(string argument) => arguments.TryGetValue(argument, out var value) && value.GetBoolean();
        (double, double)? betas = arguments.TryGetValue("betas", out var both) ? (both[0].GetDouble(), both[1].GetDouble()) : null;
        var (decay, maximize) = (Number("weight_decay", 0), Flag("maximize"));
        double Rate(double otherwise) => Number("lr", otherwise);
        double Eps(double otherwise) => Number("eps", otherwise);
        return name switch
        {
            "SGD" => new SGD(Rate(1e-3), Number("momentum", 0), Number("dampening", 0), decay, Flag("nesterov"), maximize),
            "Adam" => new Adam(Rate(1e-3), betas, Eps(1e-8), decay, Flag("amsgrad"), maximize),
            "AdamW" => new AdamW(Rate(1e-3), betas, Eps(1e-8), Number("weight_decay", 1e-2), Flag("amsgrad"), maximize),
            "RMSprop" => new RMSprop(
                Rate(1e-2), Number("alpha", 0.99), Eps(1e-8), decay, Number("momentum", 0), Flag("centered"), maximize),
            "Adagrad" => new Adagrad(
                Rate(1e-2), Number("lr_decay", 0), decay, Number("initial_accumulator_value", 0), Eps(1e-10), maximize),
            "Adadelta" => new Adadelta(Rate(1), Number("rho", 0.9), Eps(1e-6), decay, maximize),
            "Adamax" => new Adamax(Rate(2e-3), betas, Eps(1e-8), decay, maximize),
            "NAdam" => new NAdam(Rate(2e-3), betas, Eps(1e-8), decay, Number("momentum_decay", 4e-3), maximize),
            "RAdam" => new RAdam(Rate(1e-3), betas, Eps(1e-8), decay, maximize),
            "Lion" => new Lion(Rate(1e-4), betas, decay, maximize),
            _ => throw new NotSupportedException($"No optimizer is named {name}."),
        };
    }
}
