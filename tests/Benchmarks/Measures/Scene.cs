namespace TimeBank.Benchmarks.Measures;

/// <summary>The load on a subject: the number of callers, each waiting for its answer before it asks again, and their payees.</summary>
public sealed record Scene(int Callers, Payees Payees)
{
    /// <summary>Every number of callers, without payees.</summary>
    public static IReadOnlyList<Scene> CallersOnly { get; } =
        [.. new[] { 1, 16, 64, 512 }.Select(callers => new Scene(callers, Payees.None))];

    /// <summary>Every number of callers with every kind of payees.</summary>
    public static IReadOnlyList<Scene> All { get; } =
        [.. new[] { Payees.Uniform, Payees.TenHot, Payees.OneHot }.SelectMany(
        payees => new[] { 1, 16, 64, 512 }.Select(callers => new Scene(callers, payees)))];
}
