namespace TimeBank.Benchmarks.Measures;

/// <summary>
/// How a subject is asked: by how many callers at a time, each waiting for its answer before it asks again, and whom they pay.
/// </summary>
public sealed record Scene(int Callers, Payees Payees)
{
    /// <summary>Every number of callers, paying nobody.</summary>
    public static IReadOnlyList<Scene> CallersOnly { get; } =
        [.. new[] { 1, 16, 64, 512 }.Select(callers => new Scene(callers, Payees.None))];

    /// <summary>Every number of callers with every kind of payees.</summary>
    public static IReadOnlyList<Scene> All { get; } =
        [.. new[] { Payees.Uniform, Payees.TenHot, Payees.OneHot }.SelectMany(
        payees => new[] { 1, 16, 64, 512 }.Select(callers => new Scene(callers, payees)))];
}
