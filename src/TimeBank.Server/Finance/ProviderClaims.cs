using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Who follows up what a provider owes; key: region/provider. The ledger has the debt.</summary>
[Alias("timebank.provider-claim")]
public interface IProviderClaimGrain : IGrainWithStringKey
{
    /// <summary>What people did; null if nobody did anything.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ClaimRecord?> GetAsync();

    /// <summary>Gives the claim to somebody; the command's memo says what was done or agreed.</summary>
    [Alias("assign")]
    Task<Reply<ClaimRecord>> AssignAsync(Command command, string owner);
}

/// <summary>What people did about a provider's debts.</summary>
[GenerateSerializer, Immutable, Alias("timebank.claim-record")]
public sealed record ClaimRecord(
    [property: Id(0), JsonPropertyName("owner")] string Owner,
    [property: Id(1), JsonPropertyName("history")] ImmutableArray<ClaimStep> History);

/// <summary>Something that a person did about a claim, or about a difference of the books.</summary>
/// <param name="Owner">Who had it from then on.</param>
[GenerateSerializer, Immutable, Alias("timebank.claim-step")]
public sealed record ClaimStep(
    [property: Id(0), JsonPropertyName("owner")] string Owner,
    [property: Id(1), JsonPropertyName("by")] string By,
    [property: Id(2), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(3), JsonPropertyName("note")] string Note);

/// <summary>The stored state of a claim.</summary>
public sealed class ProviderClaimState : WorkflowState
{
    public const string Kind = "provider-claim";

    [JsonPropertyName("claim")]
    public ClaimRecord? Claim { get; set; }
}

/// <inheritdoc cref="IProviderClaimGrain"/>
public sealed class ProviderClaimGrain(
    [PersistentState(ProviderClaimState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ProviderClaimState> state, BusinessClock clock)
    : WorkflowGrain<ProviderClaimState>(state, clock), IProviderClaimGrain
{
    public Task<ClaimRecord?> GetAsync() => Task.FromResult(Stored.Claim);

    public Task<Reply<ClaimRecord>> AssignAsync(Command command, string owner) =>
        command.IsDryRun ? DryRunAsync(() => AssignOnceAsync(command, owner)) : AssignOnceAsync(command, owner);

    private async Task<Reply<ClaimRecord>> AssignOnceAsync(Command command, string owner)
    {
        AccountPath owed = Chart.ProviderOwed(OpaqueId.Parse(LocalKey)).Path;
        long debt = (await Writer.AccountsAsync([owed])).Find(owed)?.Counters.CreditRoom ?? 0;
        Refusal? refusal = await OnceAsync(
            command, () => debt == 0 ? new Refusal(Reason.ClaimNotFound) : null,
            () => State.Claim = new ClaimRecord(
                owner, (State.Claim?.History ?? []).Add(new ClaimStep(owner, command.Actor, Now, command.Memo))));
        return refusal is null ? State.Claim! : refusal;
    }
}

/// <summary>A debt of a provider.</summary>
/// <param name="Payable">What the provider is owed meanwhile and the next settlement takes it off from.</param>
/// <param name="Since">The day on which the present debt began.</param>
/// <param name="Reason">Why a person has to follow it up; null where the next settlement is expected to get it back.</param>
public sealed record ProviderDebt(OpaqueId Provider, Fen Owed, Fen Payable, DateOnly Since, ClaimReason? Reason);

/// <summary>Reads what providers owe for refunds after their settlement.</summary>
public sealed class ProviderDebtReader(ILedgerReader ledger, IGrainFactory grains, DayRules rules, BusinessClock clock)
{
    private const int AccountsAtOnce = 500, PostingsAtOnce = 200;

    /// <summary>Debts by the provider's id, after one of them; empty begins with the first.</summary>
    public async Task<IReadOnlyList<ProviderDebt>> ListAsync(RegionCode region, string after, int limit, CancellationToken cancellation)
    {
        Policy policy = await rules.PolicyAsync(region, clock.Today);
        var found = new List<ProviderDebt>();
        string place = after.Length == 0 ? "" : Chart.ProviderOwed(OpaqueId.Parse(after)).Path.Text;
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsByPathAsync(
                region, new AccountFilter("provider/", NotEmpty: true), place, AccountsAtOnce, cancellation);
            foreach (Account account in page.Where(one => one.Path.Text.EndsWith("/owed", StringComparison.Ordinal)))
            {
                if (found.Count == limit) return found;
                found.Add(await DebtAsync(region, account, policy, cancellation));
            }
            if (page.Count > 0) place = page[^1].Path.Text;
        }
        while (page.Count == AccountsAtOnce);
        return found;
    }

    /// <summary>What one provider owes; null where it owes nothing.</summary>
    public async Task<ProviderDebt?> FindAsync(RegionCode region, OpaqueId provider, CancellationToken cancellation) =>
        await ledger.AccountAsync(region, Chart.ProviderOwed(provider).Path, cancellation) is { } account && account.Counters.CreditRoom > 0
            ? await DebtAsync(region, account, await rules.PolicyAsync(region, clock.Today), cancellation) : null;

    private async Task<ProviderDebt> DebtAsync(RegionCode region, Account account, Policy policy, CancellationToken cancellation)
    {
        OpaqueId provider = OpaqueId.Parse(account.Path.Text.Split('/')[1]);
        var owed = new Fen(account.Counters.CreditRoom);
        Account? payable = await ledger.AccountAsync(region, Chart.ProviderPayable(provider).Path, cancellation);
        ProviderFacts? facts = (await grains.GetGrain<IProviderGrain>(region, provider).GetAsync())?.ToFacts();
        return new ProviderDebt(
            provider, owed, new Fen(payable?.Counters.DebitRoom ?? 0), await SinceAsync(region, account, cancellation),
            ClaimRule.Judge(owed, facts, policy.Settlement.ClaimAbove, clock.Today));
    }

    /// <summary>The effective day of the posting that made the debt out of nothing.</summary>
    private async Task<DateOnly> SinceAsync(RegionCode region, Account account, CancellationToken cancellation)
    {
        PostingCursor before = PostingCursor.End;
        DateOnly since = clock.Today;
        while (true)
        {
            IReadOnlyList<Posting> page = await ledger.LatestPostingsAsync(
                region, account.Number, default, new LedgerTime(long.MaxValue), before, PostingsAtOnce, cancellation);
            foreach (Posting posting in page)
            {
                since = posting.Entry.Header.EffectiveDate;
                if (posting.IsDebit && posting.After.DebitsPosted - posting.After.CreditsPosted == posting.Amount) return since;
            }
            if (page.Count < PostingsAtOnce) return since;
            before = page[^1].Cursor;
        }
    }
}
