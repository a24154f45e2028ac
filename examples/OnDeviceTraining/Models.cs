using AotClassifier;
using GraphForge;
using GraphForge.Optimizers;

namespace OnDeviceTraining;

/// <summary>Compiled while the project is built, into the file digits.gfm beside the program.</summary>
public static class Models
{
    /// <summary>One step of training: images [batch, 1, 28, 28] in 0..1 and their digits.</summary>
    [CompiledModel("digits")]
    public static Training Digits() =>
        Training.Compile(DigitNetwork.Create(), Losses.CrossEntropy, new AdamW(learningRate: 2e-3), BatchSpec.Of(100, 1, 28, 28));
}
