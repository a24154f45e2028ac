using GraphForge.Schedules;

namespace GraphForge.Optimizers;

/// <summary>Parameters that are trained with settings of their own: PyTorch's parameter group.</summary>
/// <param name="Claims">Says which parameters belong to the group.</param>
/// <param name="Optimizer">Updates them, from its learning rate on.</param>
public sealed record ParameterGroup(Func<NamedParameter, bool> Claims, Optimizer Optimizer)
{
    /// <summary>The group's learning rate at every step; null for the schedule of the whole <see cref="Optimization"/>.</summary>
    public LearningRateSchedule? Schedule { get; init; }
}

/// <summary>A parameter within its model.</summary>
/// <param name="Name">Full name, such as <c>encoder.0.fc1.weight</c>.</param>
/// <param name="Parameter">The parameter.</param>
/// <param name="Module">The module that holds it.</param>
public sealed record NamedParameter(string Name, Parameter Parameter, Module Module);
