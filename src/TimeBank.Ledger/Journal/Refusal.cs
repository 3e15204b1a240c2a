namespace TimeBank.Ledger;

/// <summary>A "no" with what explains it: an account, a date, a limit; at most 200 characters and never anything personal.</summary>
public sealed record Refusal(Reason Reason, string Detail = "")
{
    public const int MaxDetailLength = 200;
}
