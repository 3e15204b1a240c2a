using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A grain's answer: a value, or a refusal with what explains it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.reply`1")]
public sealed record Reply<T>([property: Id(0)] T? Value, [property: Id(1)] Reason Reason, [property: Id(2)] string Detail)
    where T : class
{
    public Refusal? Refusal => Reason == Reason.None ? null : new Refusal(Reason, Detail);

    public static implicit operator Reply<T>(T value) => new(value, Reason.None, "");

    public static implicit operator Reply<T>(Refusal refusal) => new(null, refusal.Reason, refusal.Detail);

    public static implicit operator Reply<T>(Reason reason) => new(null, reason, "");
}
