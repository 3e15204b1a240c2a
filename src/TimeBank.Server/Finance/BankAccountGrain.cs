using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// One of our own bank accounts; key: region/slug, the slug of the ledger's account <c>bank/{slug}</c>. The grain knows what the bank calls
/// it; the ledger has its money.
/// </summary>
[Alias("timebank.bank-account")]
public interface IBankAccountGrain : IGrainWithStringKey
{
    /// <summary>Describes the account from now on. What was there before stays in the history.</summary>
    [Alias("set")]
    Task<Reply<BankAccountRecord>> SetAsync(Command command, BankAccountDescription account);

    /// <summary>The account as it is described now; null if nobody has described it.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<BankAccountRecord?> GetAsync();

    /// <summary>All that it was described as, newest first.</summary>
    [Alias("history"), AlwaysInterleave]
    Task<ImmutableArray<BankAccountRecord>> HistoryAsync();

    /// <summary>
    /// Books a movement of the account that a person typed, one after another. Its reference, the command's memo, names one movement of
    /// the account: a second one is most likely a typing error, or the same money booked for two.
    /// </summary>
    /// <param name="movement">Its first transfer has the account.</param>
    /// <param name="allowRepeat">It is another movement, although the account has one of this reference.</param>
    /// <param name="used">The reason where the reference is used; with the entry that has it.</param>
    [Alias("book")]
    Task<Outcome> BookAsync(Command command, Proposal movement, bool allowRepeat, Reason used);
}

/// <summary>What an administrator says of an account.</summary>
/// <param name="StatementProfile">Names the profile by which its statements are read; empty: none.</param>
/// <param name="SheetProfile">Names the profile by which sheets for batch transfers are written; empty: none.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-account-description")]
public sealed record BankAccountDescription(
    [property: Id(0), JsonPropertyName("account")] BankDetails Account,
    [property: Id(1), JsonPropertyName("statementProfile")] string StatementProfile,
    [property: Id(2), JsonPropertyName("sheetProfile")] string SheetProfile);

/// <summary>One of our bank accounts, and who described it so.</summary>
/// <param name="Slug">As in the ledger's <c>bank/{slug}</c>.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-account-record")]
public sealed record BankAccountRecord(
    [property: Id(0), JsonPropertyName("slug")] string Slug,
    [property: Id(1), JsonPropertyName("description")] BankAccountDescription Description,
    [property: Id(2), JsonPropertyName("setBy")] string SetBy,
    [property: Id(3), JsonPropertyName("setAt")] DateTimeOffset SetAt)
{
    [JsonIgnore]
    public BankDetails Account => Description.Account;

    [JsonIgnore]
    public string StatementProfile => Description.StatementProfile;

    [JsonIgnore]
    public string SheetProfile => Description.SheetProfile;
}

/// <summary>The stored state of a bank account's grain.</summary>
public sealed class BankAccountState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps bank accounts and lists find them. Stored: never change it.</summary>
    public const string Kind = "bank-account";

    /// <summary>All that the account was described as, oldest first.</summary>
    [JsonPropertyName("history")]
    public List<BankAccountRecord> History { get; set; } = [];
}

/// <inheritdoc cref="IBankAccountGrain"/>
public sealed class BankAccountGrain(
    [PersistentState(BankAccountState.Kind, GrainStorageNames.TimeBank)] IPersistentState<BankAccountState> state,
    ILedgerReader ledger, IBankBooks books, BusinessClock clock)
    : WorkflowGrain<BankAccountState>(state, clock), IBankAccountGrain
{
    private const int AtOnce = 500;

    public Task<Reply<BankAccountRecord>> SetAsync(Command command, BankAccountDescription account) =>
        command.IsDryRun ? DryRunAsync(() => SetOnceAsync(command, account)) : SetOnceAsync(command, account);

    public Task<BankAccountRecord?> GetAsync() => Task.FromResult(Stored.History.LastOrDefault());

    public Task<ImmutableArray<BankAccountRecord>> HistoryAsync() =>
        Task.FromResult<ImmutableArray<BankAccountRecord>>([.. Enumerable.Reverse(Stored.History)]);

    public async Task<Outcome> BookAsync(Command command, Proposal movement, bool allowRepeat, Reason used)
    {
        JournalEntry? other = allowRepeat ? null : await ReferencedAsync(command, isIn: movement.Code != EntryCode.RefundPrepayment);
        Refusal? refusal = other is null ? null : Refusal.Of(
            used, ("field", "reference"), ("entry", other.Index.ToString(CultureInfo.InvariantCulture)),
            ("available", other.Transfers[0].Posted.ToString(CultureInfo.InvariantCulture)), ("unit", Unit.Fen.Code),
            ("date", other.Header.EventDate().ToString("O", CultureInfo.InvariantCulture)));
        return await Writer.DecideAsync(command, Today, refusal, () => movement);
    }

    /// <summary>
    /// The movement that has the command's reference already. What is booked is of the last year, and so is whatever was booked of the same
    /// movement: it was booked after the bank's day.
    /// </summary>
    private async Task<JournalEntry?> ReferencedAsync(Command command, bool isIn)
    {
        if (command.Memo.Length == 0) return null;
        EntryCode[] codes = isIn ? [EntryCode.ReceiveMoney, EntryCode.ReceivePrepayment, EntryCode.BankReceipt]
            : [EntryCode.RefundPrepayment];
        foreach (EntryCode code in codes)
        {
            var filter = new EntryFilter(code, From: LedgerTime.From(ChinaTime.StartOf(Today.AddYears(-1))), Reversed: false)
            {
                Touching = [new AccountFilter(Chart.Bank(Slug.Parse(LocalKey)).Path.Text)],
            };
            long before = long.MaxValue;
            IReadOnlyList<LinkedEntry> page;
            do
            {
                page = await ledger.EntriesAsync(Region, filter, before, AtOnce, CancellationToken.None);
                // What was booked from a line of the bank has the bank's reference there.
                ImmutableHashSet<long> lines = code == EntryCode.BankReceipt ? await LinesAsync(page, command.Memo) : [];
                LinkedEntry? found = page.FirstOrDefault(linked => code == EntryCode.BankReceipt
                    ? lines.Contains(LineOf(linked)) : linked.Entry.Header.Memo == command.Memo);
                if (found is not null) return found.Entry;
                if (page.Count > 0) before = page[^1].Entry.Index;
            }
            while (page.Count == AtOnce);
        }
        return null;
    }

    /// <summary>The lines of some bookings that have a reference.</summary>
    private async Task<ImmutableHashSet<long>> LinesAsync(IReadOnlyList<LinkedEntry> booked, string reference) =>
        [.. (await books.LinesAsync(Region, Slug.Parse(LocalKey), [.. booked.Select(LineOf)], CancellationToken.None))
            .Where(line => line.BankReference == reference).Select(line => line.Number)];

    private static long LineOf(LinkedEntry booked) => BankItem.LineOf(booked.Entry.Detail("line")).Number;

    private async Task<Reply<BankAccountRecord>> SetOnceAsync(Command command, BankAccountDescription account)
    {
        Refusal? refusal = await OnceAsync(command, () => null, () =>
        {
            // The same words again are no change, and leave no trace in the history.
            if (State.History.LastOrDefault()?.Description != account)
                State.History.Add(new BankAccountRecord(LocalKey, account, command.Actor, Now));
        });
        return refusal is null ? State.History[^1] : refusal;
    }
}
