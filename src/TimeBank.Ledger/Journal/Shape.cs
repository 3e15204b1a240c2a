namespace TimeBank.Ledger;

/// <summary>What a proposal must be, whatever the state of the ledger.</summary>
public static class Shape
{
    /// <summary>The largest amount of one transfer, in its unit: ten trillion yuan, or two billion years.</summary>
    public const long MaxAmount = 1_000_000_000_000_000;

    public const int MaxTransfers = 256;

    public static Refusal? Check(Proposal proposal)
    {
        EntryHeader header = proposal.Header;
        if (header.Memo.Length > EntryHeader.MaxMemoLength) return Refusal.Of(Reason.TextTooLong, ("field", "memo"));
        if (header.Actor.Length > EntryHeader.MaxNameLength) return Refusal.Of(Reason.TextTooLong, ("field", "actor"));
        if (header.OnBehalfOf.Length > EntryHeader.MaxNameLength) return Refusal.Of(Reason.TextTooLong, ("field", "on_behalf_of"));
        if (header.PolicyVersion.Length > EntryHeader.MaxNameLength) return Refusal.Of(Reason.TextTooLong, ("field", "policy_version"));
        if (header.Details.Count > EntryHeader.MaxDetails) return Refusal.Of(Reason.TextTooLong, ("field", "details"));
        foreach ((string key, string value) in header.Details)
        {
            if (key.Length + value.Length > EntryHeader.MaxDetailLength) return Refusal.Of(Reason.TextTooLong, ("field", $"details.{key[..Math.Min(key.Length, 40)]}"));
        }
        if (proposal.Kind is EntryKind.Post or EntryKind.Hold && proposal.Transfers.IsEmpty) return new Refusal(Reason.AmountNotPositive);
        if (proposal.Transfers.Length + proposal.PostAmounts.Length > MaxTransfers) return new Refusal(Reason.TooManyTransfers);
        foreach (long amount in proposal.PostAmounts)
        {
            // A part post may leave a leg of the hold at nothing.
            if (amount < 0) return new Refusal(Reason.AmountNotPositive);
            if (amount > MaxAmount) return new Refusal(Reason.AmountTooLarge);
        }
        foreach (ProposedTransfer transfer in proposal.Transfers)
        {
            if (transfer.Amount <= 0) return new Refusal(Reason.AmountNotPositive);
            if (transfer.Amount > MaxAmount) return new Refusal(Reason.AmountTooLarge);
            if (transfer.Debit.Unit == default || transfer.Debit.Unit != transfer.Credit.Unit) return Refusal.Of(Reason.UnitMismatch, ("expected", transfer.Debit.Unit.Code), ("unit", transfer.Credit.Unit.Code));
            if (transfer.Debit.Path == transfer.Credit.Path) return Refusal.Of(Reason.SameAccount, ("account", transfer.Debit.Path.Text));
            if (transfer.Debit.Terms?.Data.Length > AccountTerms.MaxDataLength || transfer.Credit.Terms?.Data.Length > AccountTerms.MaxDataLength) return Refusal.Of(Reason.TextTooLong, ("field", "terms"));
        }
        return null;
    }
}
