using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;
using EntryKind = TimeBank.Ledger.EntryKind;
using ExportFormat = TimeBank.Ledger.ExportFormat;

namespace TimeBank.Server;

/// <summary>Maps accounts, entries and trial balances to the contract's types.</summary>
internal static class LedgerContract
{
    /// <param name="isNow">False for an earlier moment, whose pending counters are not known: leaves them unset.</param>
    public static V1.Account ToContract(this Account account, RegionCode region, bool isNow) => new()
    {
        Name = NameOf(region, account.Path),
        Number = account.Number,
        Path = account.Path.Text,
        Unit = account.Unit.Code,
        DebitsPosted = account.Unit.Of(account.Counters.DebitsPosted),
        CreditsPosted = account.Unit.Of(account.Counters.CreditsPosted),
        DebitsPending = isNow ? account.Unit.Of(account.Counters.DebitsPending) : null,
        CreditsPending = isNow ? account.Unit.Of(account.Counters.CreditsPending) : null,
        Balance = account.Counters.ToBalance(account.Unit),
        DebitsMustNotExceedCredits = account.Is(AccountFlags.DebitsMustNotExceedCredits),
        CreditsMustNotExceedDebits = account.Is(AccountFlags.CreditsMustNotExceedDebits),
        Frozen = account.Is(AccountFlags.Frozen),
        Closed = account.Is(AccountFlags.Closed),
        OpenedBy = NameOf(region, account.Opened),
        Owner = account.Terms?.Owner ?? "",
        Group = account.Terms?.Group ?? "",
        Valid = account.Terms is { From: null, Until: null } or null
            ? null : (account.Terms.From ?? DateOnly.MinValue, EndOf(account.Terms)).ToContract(),
    };

    /// <param name="changed">By number, the paths of the accounts whose state the entry changes.</param>
    public static Entry ToContract(this LinkedEntry linked, IEnumerable<StoredTransfer> transfers, IReadOnlyDictionary<long,
        AccountPath> changed)
    {
        JournalEntry entry = linked.Entry;
        return new Entry
        {
            Name = NameOf(entry.Region, entry.Index),
            Index = entry.Index,
            EntryId = entry.Id.ToString(),
            Time = entry.Time.ToContract(),
            EffectiveDate = entry.Header.EffectiveDate.ToContract(),
            Code = entry.Code.ToContract(),
            Kind = entry.Kind.ToContract(),
            Actor = entry.Header.Actor,
            OnBehalfOf = entry.Header.OnBehalfOf,
            PolicyVersion = entry.Header.PolicyVersion,
            Transfers = { transfers.Select(transfer => ToContract(entry, transfer)) },
            Reverses = entry.Kind == EntryKind.Reverse ? NameOf(entry.Region, entry.Of) : "",
            ReversedBy = NameOf(entry.Region, linked.ReversedBy),
            Hold = entry.EndsHold ? NameOf(entry.Region, entry.Of) : "",
            EndedBy = NameOf(entry.Region, linked.EndedBy),
            HoldExpireTime = entry.Expires?.ToContract(),
            Memo = entry.Header.Memo,
            Details = { entry.Header.Details.ToDictionary() },
            AccountChanges = { entry.Changes.Select(change => ToContract(entry.Region, changed[change.Account], change.Flags)) },
        };
    }

    /// <summary>A dry run's entry: it has no name and no index.</summary>
    public static Entry ToContract(this DryRun dryRun)
    {
        JournalEntry entry = dryRun.Outcome.Entry!;
        Entry tried = new LinkedEntry(entry, null, null)
            .ToContract(dryRun.Transfers, dryRun.Accounts.ToDictionary(account => account.Number, account => account.Path));
        (tried.Name, tried.Index) = ("", 0);
        return tried;
    }

    public static V1.TrialBalance ToContract(this IEnumerable<ClassTotals> rows, RegionCode region, long size, LedgerTime? time,
        Unit? only) => new()
        {
            Region = ResourceName.OfRegion(region),
            EntryCount = size,
            Time = time?.ToContract(),
            Units =
        {
            rows.GroupBy(row => row.Unit).Where(unit => only is null || unit.Key == only)
                .OrderBy(unit => Chart.Units.Index().FirstOrDefault(known => known.Item == unit.Key, (Chart.Units.Count, default)).Index)
                .Select(ToContract),
        },
        };

    /// <summary>The format of a choice that has been checked.</summary>
    public static ExportFormat ToDomain(this V1.ExportFormat format) => format switch
    {
        V1.ExportFormat.Unspecified or V1.ExportFormat.Hledger => ExportFormat.Hledger(),
        V1.ExportFormat.Beancount => ExportFormat.Beancount(),
        V1.ExportFormat.Csv => ExportFormat.Csv(),
    };

    private static V1.AccountChange ToContract(RegionCode region, AccountPath account, AccountFlags flags) => new()
    {
        Account = NameOf(region, account),
        Frozen = (flags & AccountFlags.Frozen) != 0,
        Closed = (flags & AccountFlags.Closed) != 0,
    };

    private static V1.Transfer ToContract(JournalEntry entry, StoredTransfer transfer)
    {
        Unit unit = transfer.Transfer.Unit;
        return new V1.Transfer
        {
            DebitAccount = NameOf(entry.Region, transfer.Debit),
            CreditAccount = NameOf(entry.Region, transfer.Credit),
            Amount = unit.Of(Amount(entry.Kind, transfer.Transfer)),
            DebitBalanceAfter = transfer.DebitAfter.ToBalance(unit),
            CreditBalanceAfter = transfer.CreditAfter.ToBalance(unit),
            Holds = transfer.Transfer.Held > 0,
        };
    }

    private static long Amount(EntryKind kind, Ledger.Transfer transfer) => kind switch
    {
        EntryKind.Hold => transfer.Held,
        EntryKind.VoidHold or EntryKind.ExpireHold => transfer.Released,
        // A reversal may hold again what the reversed entry had released: such a transfer posts nothing.
        EntryKind.Reverse => transfer.Posted > 0 ? transfer.Posted : transfer.Held,
        EntryKind.Post or EntryKind.PostHold or EntryKind.ChangeAccounts or EntryKind.Note => transfer.Posted,
    };

    private static TrialBalanceUnit ToContract(IGrouping<Unit, ClassTotals> rows)
    {
        Int128[] debits = [.. rows.Select(row => row.Totals.DebitsPosted - row.Totals.CreditsPosted)];
        return new TrialBalanceUnit
        {
            Unit = rows.Key.Code,
            Rows = { rows.Select(ToContract) },
            DebitBalances = rows.Key.OfTotal(debits.Where(Int128.IsPositive).Aggregate(Int128.Zero, (sum, debit) => sum + debit)),
            CreditBalances = rows.Key.OfTotal(debits.Where(Int128.IsNegative).Aggregate(Int128.Zero, (sum, debit) => sum - debit)),
        };
    }

    private static TrialBalanceRow ToContract(ClassTotals row) => new()
    {
        Path = row.Class,
        AccountCount = row.Accounts,
        Debits = row.Unit.OfTotal(row.Totals.DebitsPosted),
        Credits = row.Unit.OfTotal(row.Totals.CreditsPosted),
        Balance = row.Totals.ToBalance(row.Unit),
    };

    /// <summary>The last day of use, where the contract's last day means none: the ledger stores another day for that.</summary>
    private static DateOnly EndOf(AccountTerms terms) =>
        terms.Until is { } last && last != VoucherTerms.Never ? last : DateOnly.MaxValue;

    private static string NameOf(RegionCode region, AccountPath path) => ResourceName.Of(region, LedgerRequests.Accounts, path);

    private static string NameOf(RegionCode region, long? index) => index is { } at
        ? ResourceName.Of(region, LedgerRequests.EntriesOfRegion, at) : "";
}
