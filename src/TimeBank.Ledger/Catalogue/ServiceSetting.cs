namespace TimeBank.Ledger;

/// <summary>Where a service is given; the national e-voucher pays another share in each. Numbers are stored.</summary>
public enum ServiceSetting
{
    /// <summary>At the elder's home, or at a counter of the community.</summary>
    Home = 0,

    /// <summary>In an institution or in day care.</summary>
    Institution = 1,
}
