namespace GraphForge.Jit.Tests;

public class KernelCacheOptionsTests
{
    [TestCase("off")]
    [TestCase("OFF")]
    public void EnvironmentSwitchesTheCacheOff(string value) =>
        Assert.That(Resolve(KernelCacheOptions.Default, ("GF_CACHE", value), ("HOME", "/home/ada")), Is.Null);

    [Test]
    public void EnvironmentNamesAFolder() =>
        Assert.That(Resolve(KernelCacheOptions.Default, ("GF_CACHE", "/fast/disk"), ("HOME", "/home/ada")), Is.EqualTo("/fast/disk"));

    [Test]
    public void CodeOverridesTheEnvironment()
    {
        Assert.That(Resolve(new KernelCacheOptions("/mine"), ("GF_CACHE", "off")), Is.EqualTo("/mine"));
        Assert.That(Resolve(KernelCacheOptions.Disabled, ("GF_CACHE", "/fast/disk")), Is.Null);
        Assert.That(Resolve(new KernelCacheOptions("/mine", Enabled: false)), Is.Null);
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void UnixUsesTheUsersCacheFolder()
    {
        Assert.That(Resolve(KernelCacheOptions.Default, ("HOME", "/home/ada")), Is.EqualTo("/home/ada/.cache/graphforge"));
        Assert.That(
            Resolve(KernelCacheOptions.Default, ("HOME", "/home/ada"), ("XDG_CACHE_HOME", "/var/ada")),
            Is.EqualTo("/var/ada/graphforge"));
        Assert.That(
            Resolve(KernelCacheOptions.Default, ("HOME", "/home/ada"), ("XDG_CACHE_HOME", "relative")),
            Is.EqualTo("/home/ada/.cache/graphforge"));
        Assert.That(Resolve(KernelCacheOptions.Default), Is.Null);
    }

    private static string? Resolve(KernelCacheOptions options, params (string Name, string Value)[] environment) =>
        options.ResolveFolder(name => environment.FirstOrDefault(variable => variable.Name == name).Value);
}
