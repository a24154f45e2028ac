using GraphForge;
using GraphForge.Serialization;

namespace AotClassifier;

/// <summary>Compiled while the project is built; nothing of it is in the program.</summary>
public static class Models
{
    /// <summary>From images [batch, 1, 28, 28] in 0..1 to the probability of each digit; weights were trained by examples/OnDeviceTraining.</summary>
    [CompiledModel("DigitClassifier", Bindings = ["batch=1"])]
    public static CompiledModel Digits()
    {
        var network = DigitNetwork.Create();
        network.LoadStateDict(Safetensors.Load("digits.safetensors").Within("model."));
        return CompiledModel.Compile(network, x => new() { ["probabilities"] = network.Forward(x["image"]).Softmax(-1) },
            [TensorSpec.Of<float>("image", "batch", 1, 28, 28)]);
    }
}
