namespace TimeBank.Ledger;

/// <summary>The rules that depend on the proposal alone and not on the state of the ledger.</summary>
public static class Shape
{
    /// <summary>The largest amount of one transfer, in its unit: ten trillion yuan, or two billion years.</summary>
    public const long MaxAmount = 1_000_000_000_000_000;

    public const int MaxTransfers = 256;

    public static Refusal? Check(Proposal proposal)
    {
        if (CheckTexts(proposal.Header) is { } text) return text;
        if (proposal.Kind is EntryKind.Post or EntryKind.Hold && proposal.Transfers.IsEmpty) return new Refusal(Reason.AmountNotPositive);
        if (proposal.Transfers.Length + proposal.PostAmounts.Length > MaxTransfers) return new Refusal(Reason.TooManyTransfers);
        foreach (long amount in proposal.PostAmounts)
        {
            // Zero is allowed: a partial post may post nothing of one leg.
            if (amount < 0) return new Refusal(Reason.AmountNotPositive);
            if (amount > MaxAmount) return new Refusal(Reason.AmountTooLarge);
        }
        foreach (ProposedTransfer transfer in proposal.Transfers)
        {
            if (transfer.Amount <= 0) return new Refusal(Reason.AmountNotPositive);
            if (transfer.Amount > MaxAmount) return new Refusal(Reason.AmountTooLarge);
            if (transfer.Debit.Unit == default || transfer.Debit.Unit != transfer.Credit.Unit) return Refusal.Of(
                Reason.UnitMismatch, ("expected", transfer.Debit.Unit.Code), ("unit", transfer.Credit.Unit.Code));
            if (transfer.Debit.Path == transfer.Credit.Path) return Refusal.Of(Reason.SameAccount, ("account", transfer.Debit.Path.Text));
            if (transfer.Debit.Terms?.Data.Length > AccountTerms.MaxDataLength
                || transfer.Credit.Terms?.Data.Length > AccountTerms.MaxDataLength) return Refusal.Of(
                Reason.TextTooLong, ("field", "terms"));
        }
        return null;
    }

    private static Refusal? CheckTexts(EntryHeader header)
    {
        Refusal? fixedTexts = CheckText("memo", header.Memo, EntryHeader.MaxMemoLength)
            ?? CheckText("actor", header.Actor, EntryHeader.MaxNameLength)
            ?? CheckText("on_behalf_of", header.OnBehalfOf, EntryHeader.MaxNameLength)
            ?? CheckText("policy_version", header.PolicyVersion, EntryHeader.MaxNameLength);
        if (fixedTexts is not null) return fixedTexts;
        if (header.Details.Count > EntryHeader.MaxDetails) return Refusal.Of(Reason.TextTooLong, ("field", "details"));
        foreach ((string key, string value) in header.Details.Pairs)
        {
            Refusal? detail = CheckText("details", key, EntryHeader.MaxDetailLength)
                ?? CheckText("details", value, EntryHeader.MaxDetailLength - key.Length);
            if (detail is not null) return detail;
        }
        return null;
    }

    private static Refusal? CheckText(string field, string text, int maxLength)
    {
        if (text.Length > maxLength) return Refusal.Of(Reason.TextTooLong, ("field", field));
        return IsUnicode(text) ? null : Refusal.Of(Reason.InvalidField, ("field", field));
    }

    /// <summary>Half a surrogate pair has no bytes in UTF-8: the stored entry would differ from the decided one.</summary>
    private static bool IsUnicode(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and int at)
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1])) return false;
            rest = rest[(at + 2)..];
        }
        return true;
    }
}
