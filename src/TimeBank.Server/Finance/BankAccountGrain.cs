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
    /// <summary>
    /// Describes the account from now on. What was there before stays in the history. What it is for changes only while nothing stands on
    /// it: <see cref="Reason.AccountNotEmpty"/>.
    /// </summary>
    [Alias("set")]
    Task<Reply<BankAccountRecord>> SetAsync(Command command, BankAccountDescription account);

    /// <summary>The account as it is described now; null if nobody has described it.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<BankAccountRecord?> GetAsync();

    /// <summary>All that it was described as, newest first.</summary>
    [Alias("history"), AlwaysInterleave]
    Task<ImmutableArray<BankAccountRecord>> HistoryAsync();

    /// <summary>Why money can't pass through the account: nobody has described it, or it is of the other kind; None: it can.</summary>
    /// <param name="isCustody">It is prepaid fees: where an account is for custody, they go through it, and nothing else does.</param>
    [Alias("takes"), AlwaysInterleave]
    Task<Reason> TakesAsync(bool isCustody);

    /// <summary>
    /// Books a movement of the account that a person typed, one after another. Its reference, the command's memo, names one movement of
    /// the account: a second one is most likely a typing error, or the same money booked for two.
    /// </summary>
    /// <param name="movement">Its first transfer has the account.</param>
    /// <param name="allowRepeat">It is another movement, although the account has one of this reference.</param>
    /// <param name="used">The reason where the reference is used; with the entry that has it.</param>
    [Alias("book")]
    Task<Outcome> BookAsync(Command command, Proposal movement, bool allowRepeat, Reason used);

    /// <summary>
    /// Books what a line of the bank is, in turn with what people type. Refused where somebody has typed a movement of the line's reference
    /// that no line is matched with: the line is that movement.
    /// </summary>
    /// <param name="line">The line's number.</param>
    [Alias("book-line")]
    Task<Outcome> BookLineAsync(Command command, Proposal movement, long line);
}

/// <summary>What an administrator says of an account.</summary>
/// <param name="StatementProfile">Names the profile by which its statements are read; empty: none.</param>
/// <param name="SheetProfile">Names the profile by which sheets for batch transfers are written; empty: none.</param>
/// <param name="Custody">
/// True: it has prepaid fees in custody, and nothing else. Null: it has no such money alone; in a command: as it was. False in a command
/// alone.
/// </param>
[GenerateSerializer, Immutable, Alias("timebank.bank-account-description")]
public sealed record BankAccountDescription(
    [property: Id(0), JsonPropertyName("account")] BankDetails Account,
    [property: Id(1), JsonPropertyName("statementProfile")] string StatementProfile,
    [property: Id(2), JsonPropertyName("sheetProfile")] string SheetProfile,
    [property: Id(3), JsonPropertyName("custody"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? Custody = null);

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

    [JsonIgnore]
    public bool IsForCustody => Description.Custody == true;
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
    ILedgerReader ledger, IBankBooks books, IRegistry registry, BusinessClock clock)
    : WorkflowGrain<BankAccountState>(state, clock), IBankAccountGrain
{
    private const int AtOnce = 500;

    private static readonly ImmutableArray<EntryCode> TypedIn = [EntryCode.ReceiveMoney, EntryCode.ReceivePrepayment],
        TypedOut = [EntryCode.RefundPrepayment];

    public Task<Reply<BankAccountRecord>> SetAsync(Command command, BankAccountDescription account) =>
        command.IsDryRun ? DryRunAsync(() => SetOnceAsync(command, account)) : SetOnceAsync(command, account);

    public Task<BankAccountRecord?> GetAsync() => Task.FromResult(Stored.History.LastOrDefault());

    public Task<ImmutableArray<BankAccountRecord>> HistoryAsync() =>
        Task.FromResult<ImmutableArray<BankAccountRecord>>([.. Enumerable.Reverse(Stored.History)]);

    public async Task<Reason> TakesAsync(bool isCustody)
    {
        if (Stored.History.LastOrDefault() is not { } described) return Reason.BankAccountNotFound;
        bool hasOther = isCustody && !described.IsForCustody && await HasCustodyAsync();
        return PrepaymentRule.AtBank(described.IsForCustody, isCustody, hasOther);
    }

    public async Task<Outcome> BookAsync(Command command, Proposal movement, bool allowRepeat, Reason used)
    {
        // Asked again here, where nobody can set what the account is for at the same time.
        bool isCustody = movement.Code is EntryCode.ReceivePrepayment or EntryCode.RefundPrepayment;
        if (await TakesAsync(isCustody) is var unfit and not Reason.None)
            return await Writer.DecideAsync(command, Today, Refusal.Of(unfit, ("account", LocalKey)), () => movement);
        JournalEntry? other = allowRepeat ? null : await ReferencedAsync(command.Memo, movement.Code != EntryCode.RefundPrepayment);
        return await Writer.DecideAsync(command, Today, Used(used, "reference", other), () => movement);
    }

    public async Task<Outcome> BookLineAsync(Command command, Proposal movement, long line)
    {
        StoredBankLine said = (await books.LinesAsync(Region, Slug.Parse(LocalKey), [line], CancellationToken.None))[0];
        JournalEntry? typed = said.BankReference is { Length: > 0 } reference
            ? await TypedAsync(reference, said.SignedFen > 0, isUnmatched: true) : null;
        return await Writer.DecideAsync(command, Today, Used(Reason.BankLineReferenceUsed, "", typed), () => movement);
    }

    private static Refusal? Used(Reason reason, string field, JournalEntry? by)
    {
        if (by is null) return null;
        (string Key, string Value)[] values =
        [
            ("entry", by.Index.ToString(CultureInfo.InvariantCulture)),
            ("available", by.Transfers[0].Posted.ToString(CultureInfo.InvariantCulture)), ("unit", Unit.Fen.Code),
            ("date", by.Header.EventDate().ToString("O", CultureInfo.InvariantCulture)),
        ];
        return Refusal.Of(reason, field.Length > 0 ? [("field", field), .. values] : values);
    }

    /// <summary>The movement that has a reference already: somebody typed it, or it was booked from a line of the bank.</summary>
    private async Task<JournalEntry?> ReferencedAsync(string reference, bool isIn)
    {
        if (reference.Length == 0) return null;
        if (await TypedAsync(reference, isIn, isUnmatched: false) is { } typed) return typed;
        // What was booked from a line has the bank's reference there.
        await foreach (LinkedEntry[] booked in MovementsAsync([EntryCode.BankReceipt, EntryCode.BankSuspense]).Chunk(AtOnce))
        {
            ImmutableHashSet<long> lines = [.. (await books.LinesAsync(
                Region, Slug.Parse(LocalKey), [.. booked.Select(LineOf)], CancellationToken.None))
                .Where(line => line.BankReference == reference && line.SignedFen > 0 == isIn).Select(line => line.Number)];
            if (booked.FirstOrDefault(linked => lines.Contains(LineOf(linked))) is { } found) return found.Entry;
        }
        return null;
    }

    private async Task<JournalEntry?> TypedAsync(string reference, bool isIn, bool isUnmatched)
    {
        await foreach (LinkedEntry linked in MovementsAsync(isIn ? TypedIn : TypedOut))
        {
            if (linked.Entry.Header.Memo == reference && (!isUnmatched || !await IsMatchedAsync(linked.Entry))) return linked.Entry;
        }
        return null;
    }

    /// <summary>
    /// The account's movements of some kinds that stand, the latest first. What is booked is of the last year, and so is whatever was
    /// booked of the same movement: it was booked after the bank's day.
    /// </summary>
    private async IAsyncEnumerable<LinkedEntry> MovementsAsync(ImmutableArray<EntryCode> codes)
    {
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
                foreach (LinkedEntry linked in page) yield return linked;
                if (page.Count > 0) before = page[^1].Entry.Index;
            }
            while (page.Count == AtOnce);
        }
    }

    /// <summary>Whether a line of the bank is matched with a movement that somebody typed.</summary>
    private async Task<bool> IsMatchedAsync(JournalEntry typed)
    {
        string item = $"{BankItem.Entries}{typed.Index}/";
        await foreach (StoredMatch _ in books.ConfirmedAsync(Region, Slug.Parse(LocalKey), item, CancellationToken.None)) return true;
        return false;
    }

    private async Task<bool> HasCustodyAsync() =>
        (await registry.ListAsync<BankAccountState>(new RegistryQuery(Region, BankAccountState.Kind) { Limit = AtOnce },
            CancellationToken.None)).Readable().Any(row => row.State.History.LastOrDefault()?.IsForCustody == true);

    private static long LineOf(LinkedEntry booked) => BankItem.LineOf(booked.Entry.Detail("line")).Number;

    private async Task<Reply<BankAccountRecord>> SetOnceAsync(Command command, BankAccountDescription account)
    {
        BankAccountDescription? before = State.History.LastOrDefault()?.Description;
        account = account with { Custody = (account.Custody ?? before?.Custody) == true ? true : null };
        AccountPath path = Chart.Bank(Slug.Parse(LocalKey)).Path;
        Refusal? mixed = account.Custody != before?.Custody && await Writer.AccountAsync(path) is { Counters.IsEmpty: false }
            ? Refusal.Of(Reason.AccountNotEmpty, ("account", path.Text)) : null;
        Refusal? refusal = await OnceAsync(command, () => mixed, () =>
        {
            // The same words again are no change, and leave no trace in the history.
            if (State.History.LastOrDefault()?.Description != account)
                State.History.Add(new BankAccountRecord(LocalKey, account, command.Actor, Now));
        });
        return refusal is null ? State.History[^1] : refusal;
    }
}

/// <summary>Asks an account of ours whether money can pass through it.</summary>
internal static class BankAccountUse
{
    /// <summary>Why it can't; null: it can.</summary>
    public static async Task<Refusal?> AtBankAsync(this IGrainFactory grains, RegionCode region, string account, bool isCustody) =>
        await grains.GetGrain<IBankAccountGrain>(region, account).TakesAsync(isCustody) is var reason && reason == Reason.None
            ? null : Refusal.Of(reason, ("account", account));
}
