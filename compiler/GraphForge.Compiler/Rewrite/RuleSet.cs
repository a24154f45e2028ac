using System.Collections.Concurrent;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Rules in order of precedence, looked up by op so that a node meets only the rules about it.</summary>
public sealed class RuleSet
{
    private readonly ConcurrentDictionary<Type, RewriteRule[]> _byOp = new();

    public RuleSet(IEnumerable<RewriteRule> rules) => Rules = rules.ToArray();

    public IReadOnlyList<RewriteRule> Rules { get; }

    /// <summary>The rules that look at ops of type <paramref name="op"/>.</summary>
    public IReadOnlyList<RewriteRule> For(Type op) =>
        _byOp.GetOrAdd(op, type => Rules.Where(r => r.OpType.IsAssignableFrom(type)).ToArray());

    /// <summary>Everything that is right before and after differentiation.</summary>
    public static RuleSet Simplify { get; } = new(
    [
        .. ConstantFolding.Rules,
        .. Canonicalisation.Rules,
        .. AlgebraicRules.Rules,
        .. FunctionRules.Rules,
        .. LogicRules.Rules,
        .. MovementRules.Rules,
        .. SliceRules.Rules,
        .. BroadcastRules.Rules,
        .. ReductionRules.Rules,
        .. ContractionRules.Rules,
        .. RowFactorRules.Rules,
    ]);

    /// <summary>Movement of tensors and of what is constant.</summary>
    public static RuleSet Movement { get; } = new([.. ConstantFolding.Rules, .. MovementRules.Rules, .. SliceRules.Rules]);

    /// <summary><see cref="Simplify"/>, and the rules that forget what only differentiation asks about.</summary>
    public static RuleSet SimplifyDifferentiated { get; } = new([.. Simplify.Rules, .. Canonicalisation.AfterDifferentiation]);
}
