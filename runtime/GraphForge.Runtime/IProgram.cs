namespace GraphForge.Runtime;

/// <summary>A program that is ready to run, wherever that is.</summary>
internal interface IProgram
{
    /// <summary>Index of an input; −1 where the plan reads none of that name.</summary>
    int FindInput(string name);

    /// <summary>Index of an output, or −1.</summary>
    int FindOutput(string name);

    /// <summary>The plan's buffer of an output.</summary>
    PlanBuffer OutputBuffer(int index);

    /// <summary>Room for one run at a time.</summary>
    IProgramRun RentRun();
}
