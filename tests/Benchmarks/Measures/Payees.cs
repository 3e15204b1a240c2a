namespace TimeBank.Benchmarks.Measures;

/// <summary>Which accounts the callers pay, from evenly spread to one hot account.</summary>
public enum Payees
{
    /// <summary>The operation pays no account.</summary>
    None,

    /// <summary>All accounts are equally likely.</summary>
    Uniform,

    TenHot,

    OneHot,
}
