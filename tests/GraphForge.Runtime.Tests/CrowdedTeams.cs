using System.Collections.Concurrent;

namespace GraphForge.Runtime.Tests;

/// <summary>Teams of as many threads as parts: threads then lose their cores at any point of a run.</summary>
internal static class CrowdedTeams
{
    private static readonly ConcurrentDictionary<int, WorkerTeam> Teams = new();

    public static WorkerTeam OfSize(int threads) => Teams.GetOrAdd(threads, static threads => new WorkerTeam(threads, threads));
}
