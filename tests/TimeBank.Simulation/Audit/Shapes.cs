using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Finds commands that are wrong in themselves, whatever the ledger holds.</summary>
internal static class Shapes
{
    private const int MostLegs = 256, LongestMemo = 200;

    public static Refusal? Wrong(Want want)
    {
        if (want.Memo.Length > LongestMemo) return new Refusal(Reason.TextTooLong, "field=memo");
        if (want.Kind is WantKind.Post or WantKind.Hold && want.Legs.Count == 0) return new Refusal(Reason.AmountNotPositive);
        if (want.Legs.Count + (want.Parts?.Count ?? 0) > MostLegs) return new Refusal(Reason.TooManyTransfers);
        foreach (long part in want.Parts ?? [])
        {
            if (part < 0) return new Refusal(Reason.AmountNotPositive);
            if (part > Amounts.Most) return new Refusal(Reason.AmountTooLarge);
        }
        foreach (Leg leg in want.Legs)
        {
            if (leg.Amount < 1) return new Refusal(Reason.AmountNotPositive);
            if (leg.Amount > Amounts.Most) return new Refusal(Reason.AmountTooLarge);
            if (leg.CreditUnit is { } other && other != leg.Unit) return new Refusal(
                Reason.UnitMismatch, $"expected={leg.Unit};unit={other}");
            if (leg.Debit == leg.Credit) return new Refusal(Reason.SameAccount, $"account={leg.Debit}");
        }
        return null;
    }
}
