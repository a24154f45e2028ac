namespace GraphForge.Schedules;

/// <summary>Multiplied by any function: torch.optim.lr_scheduler.LambdaLR.</summary>
/// <param name="lrLambda">From the count of updates or epochs to the factor.</param>
public sealed class LambdaLR(Func<long, double> lrLambda) : LearningRateSchedule
{
    public override double At(double baseRate, long count) => baseRate * lrLambda(count);
}
