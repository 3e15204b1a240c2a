namespace TimeBank.Benchmarks.Measures;

/// <summary>Whom the callers pay: how hot the hottest accounts are.</summary>
public enum Payees
{
    /// <summary>Nobody: the operation has no accounts.</summary>
    None,

    /// <summary>Any account alike.</summary>
    Uniform,

    TenHot,

    OneHot,
}
