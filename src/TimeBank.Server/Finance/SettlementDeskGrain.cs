using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Prepares a region's settlement batches of one kind, one after the other; key: the region's code, and for prepaid fees more (see
/// <see cref="SettlementDesks"/>). The grain is the authority for how far what each provider is owed has been settled.
/// </summary>
[Alias("timebank.settlement-desk")]
public interface ISettlementDeskGrain : IGrainWithStringKey
{
    /// <summary>Makes a batch of what providers are owed now, and holds its money.</summary>
    /// <param name="providers">The providers to pay; empty for all.</param>
    /// <param name="setAside">Indexes of redemptions that are not paid now, beside those that open complaints set aside.</param>
    /// <param name="releaseUntil">Pays what batches that were prepared up to this day have held back; null: nothing of it.</param>
    /// <returns>The batch, and how many providers did not fit into it.</returns>
    [Alias("prepare")]
    Task<Reply<SettlementRecord>> PrepareAsync(
        Command command, ImmutableArray<string> providers, ImmutableArray<long> setAside, DateOnly? releaseUntil);

    /// <summary>How many entries of the journal batches have settled for a provider; the next batch begins there.</summary>
    [Alias("settled"), AlwaysInterleave]
    Task<long> SettledAsync(OpaqueId provider);
}

/// <summary>Finds a region's desks: one for each kind of money owed, since a batch is paid from one of our bank accounts.</summary>
internal static class SettlementDesks
{
    /// <summary>The end of the key of the desk for prepaid fees. Stored: never change it.</summary>
    public const string Prepaid = "prepaid";

    public static ISettlementDeskGrain SettlementDesk(this IGrainFactory grains, RegionCode region, PayableKind pays) =>
        grains.GetGrain<ISettlementDeskGrain>(new GrainKey(region, pays == PayableKind.Prepaid ? Prepaid : ""));
}

/// <summary>The stored state of a region's desk.</summary>
public sealed class SettlementDeskState : WorkflowState
{
    public const string Kind = "settlement-desk";

    /// <summary>How far each provider has been settled, by the provider's id.</summary>
    [JsonPropertyName("providers")]
    public Dictionary<string, SettledProvider> Providers { get; set; } = [];

    /// <summary>Batches that may still be withdrawn.</summary>
    [JsonPropertyName("open")]
    public HashSet<string> Open { get; set; } = [];

    /// <summary>The batch under preparation: stored before its money is held, so that a crash in between is finished by the next
    /// call.</summary>
    [JsonPropertyName("pending")]
    public SettlementRecord? Pending { get; set; }

    /// <summary>The digest of the request that prepares it.</summary>
    [JsonPropertyName("pendingDigest")]
    public string PendingDigest { get; set; } = "";
}

/// <summary>How far one provider has been settled.</summary>
/// <param name="Size">How many entries of the journal are settled: a batch has their postings on the payable.</param>
/// <param name="Carried">Amounts before that moment that are still unpaid, and that the next batch pays.</param>
/// <param name="HeldBack">Amounts before that moment that batches have held back; null: none.</param>
public sealed record SettledProvider(
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("carried")] ImmutableArray<CarriedAmount> Carried,
    [property: JsonPropertyName("heldBack")] ImmutableArray<HeldBackAmount>? HeldBack = null)
{
    public static SettledProvider None() => new(0, []);

    /// <summary>What the next batch carries, with what batches that were prepared up to a day have held back.</summary>
    public ImmutableArray<CarriedAmount> CarriedWith(DateOnly? releaseUntil) =>
    [
        .. Carried,
        .. (HeldBack ?? []).Where(held => held.Day <= releaseUntil)
            .Select(held => new CarriedAmount(held.Source, held.Fen, held.Payment)),
    ];

    /// <summary>What is held back after a batch: what it did not release, and what it holds back itself.</summary>
    public SettledProvider After(PaymentRecord payment, string batch, DateOnly day) => new(payment.ToSize, payment.SetAside,
    [
        .. (HeldBack ?? []).Where(held => payment.Carried.All(carried => carried.Source != held.Source)),
        .. payment.HeldBackFen > 0 ? (ImmutableArray<HeldBackAmount>)[new(batch, day, payment.HeldBackFen, payment.Number)] : [],
    ]);
}

/// <summary>A part of a payment that stays owed until an officer releases it.</summary>
/// <param name="Day">The day on which the batch was prepared.</param>
/// <param name="Payment">The payment's number in it; 0 where an older build held it back.</param>
public sealed record HeldBackAmount(
    [property: JsonPropertyName("batch")] string Batch,
    [property: JsonPropertyName("day")] DateOnly Day,
    [property: JsonPropertyName("fen")] long Fen,
    [property: JsonPropertyName("payment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Payment = 0)
{
    /// <summary>The end of <see cref="Source"/>. Stored: never change it.</summary>
    public const string Suffix = "holdback";

    /// <summary>What the payment that releases it names as its source.</summary>
    [JsonIgnore]
    public string Source => $"settlements/{Batch}/{Suffix}";
}

/// <inheritdoc cref="ISettlementDeskGrain"/>
public sealed class SettlementDeskGrain(
    [PersistentState(SettlementDeskState.Kind, GrainStorageNames.TimeBank)] IPersistentState<SettlementDeskState> state,
    ILedgerReader ledger, IRegistry registry, DayRules rules, BusinessClock clock)
    : WorkflowGrain<SettlementDeskState>(state, clock), ISettlementDeskGrain
{
    private const int AccountsAtOnce = 1_000, MaxNamed = 20;

    private PayableKind Pays => LocalKey == SettlementDesks.Prepaid ? PayableKind.Prepaid : PayableKind.Services;

    public Task<long> SettledAsync(OpaqueId provider) =>
        Task.FromResult(Stored.Providers.GetValueOrDefault(provider.Text, SettledProvider.None()).Size);

    public async Task<Reply<SettlementRecord>> PrepareAsync(
        Command command, ImmutableArray<string> providers, ImmutableArray<long> setAside, DateOnly? releaseUntil)
    {
        if (!command.IsDryRun)
        {
            if (await FinishAsync() is { } outage && outage.IsTransient()) return outage;
            if (State.Done.TryGetValue(command.Id.ToString(), out string? digest))
            {
                return digest == command.RequestDigest ? (await GrainOf(command.NewId).GetAsync())!
                    : Reason.RequestIdReused;
            }
        }
        Outcome? known = await Writer.FindAsync(command.Id);
        if (known is not null && known.RequestDigest.ToString() != command.RequestDigest) return Reason.RequestIdReused;
        if (known?.Refusal is { } stored) return stored;

        await LookAtOpenAsync(save: !command.IsDryRun);
        Policy policy = await rules.PolicyAsync(Region, Today);
        (ImmutableArray<PaymentRecord> all, ImmutableArray<string> barred, ImmutableArray<AsideProvider> aside, Refusal? refusal) =
            Pays == PayableKind.Prepaid ? await PrepaidAsync(providers)
            : await PaymentsAsync(providers, setAside, releaseUntil, policy.Settlement.HoldbackPercent);
        ImmutableArray<PaymentRecord> payments = [.. all.Take(policy.Settlement.BatchMaxPayments)
            .Select((payment, at) => payment with { Number = at + 1 })];
        if (payments.IsEmpty) refusal ??= Nothing(barred, [.. aside.Select(one => one.Provider)]);
        if (refusal is not null)
        {
            return (await Writer.DecideAsync(command, Today, refusal, () => Entries.Note(command.Header(Today, "")))).Refusal ?? refusal;
        }

        var batch = new SettlementRecord(
            command.NewId.Text, SettlementState.Draft, Today, command.Actor, -1, command.Id.ToString(), payments,
            LeftOut: all.Length - payments.Length, Barred: barred.IsEmpty ? null : barred,
            Aside: aside.IsEmpty ? null : aside, PaysOther: Pays == PayableKind.Services ? null : Pays);
        if (command.IsDryRun)
        {
            Outcome tried = await Writer.DecideAsync(Hold(batch, policy, command.RequestDigest), dryRun: true);
            return tried.Refusal is { } no ? no : batch;
        }
        (State.Pending, State.PendingDigest) = (batch, command.RequestDigest);
        await SaveAsync();
        if (await FinishAsync() is { } refused)
        {
            // A refund or a payment came in between, and the amounts are no longer what is owed. Nothing is remembered: the caller tries
            // again.
            return refused.Reason == Reason.InsufficientBalance ? Reason.SettlementChanged : refused;
        }
        return (await GrainOf(command.NewId).GetAsync())!;
    }

    /// <summary>
    /// Holds the money of the batch under preparation and stores the batch: at the end of a call, or for an earlier call that broke off.
    /// The hold is submitted again under its id, because one whose answer was lost may be in the journal by now, or come there yet.
    /// </summary>
    /// <returns>Why there is no batch now. It stays under preparation only where the writer could not say.</returns>
    private async Task<Refusal?> FinishAsync()
    {
        if (State.Pending is not { } pending) return null;
        Policy policy = await rules.PolicyAsync(Region, pending.Day);
        Outcome outcome = await Writer.SubmitIfAcceptedAsync(Hold(pending, policy, State.PendingDigest));
        if (outcome.Refusal is { } refusal && refusal.IsTransient()) return refusal;
        if (outcome.Entry is { } entry)
        {
            await GrainOf(OpaqueId.Parse(pending.Id)).CreateAsync(pending with { Prepared = entry.Index });
            foreach (PaymentRecord payment in pending.Payments)
            {
                State.Providers[payment.Provider] = SettledOf(payment.Provider).After(payment, pending.Id, pending.Day);
            }
            State.Open.Add(pending.Id);
            State.Done[pending.PreparedAs] = State.PendingDigest;
        }
        State.Pending = null;
        await SaveAsync();
        return outcome.Refusal;
    }

    /// <summary>A withdrawn batch gives its amounts back: they are carried into the provider's next payment.</summary>
    private async Task LookAtOpenAsync(bool save)
    {
        bool changed = false;
        foreach (string id in State.Open.Order(StringComparer.Ordinal).ToArray())
        {
            SettlementRecord batch = (await GrainOf(OpaqueId.Parse(id)).GetAsync())!;
            if (batch.State is SettlementState.Draft or SettlementState.Submitted) continue;
            State.Open.Remove(id);
            changed = true;
            if (batch.State != SettlementState.Withdrawn) continue;
            foreach (PaymentRecord payment in batch.Payments)
            {
                SettledProvider settled = State.Providers[payment.Provider];
                State.Providers[payment.Provider] = settled with
                {
                    Carried = settled.Carried.Add(new CarriedAmount(
                        $"settlements/{id}", payment.NettedFen + payment.AmountFen, payment.Number)),
                };
            }
        }
        if (changed && save) await SaveAsync();
    }

    /// <summary>
    /// What each provider is paid, by provider: the postings since the last batch and what was carried, less what is disputed or held back
    /// and what the provider owes. The hold makes sure that all of it is still there. A blacklisted provider would stop the approval of all
    /// others: it gets no payment and stays owed.
    /// </summary>
    private async Task<(ImmutableArray<PaymentRecord> Payments, ImmutableArray<string> Barred, ImmutableArray<AsideProvider> Aside,
        Refusal? Refusal)> PaymentsAsync(
            ImmutableArray<string> wanted, ImmutableArray<long> byMaker, DateOnly? releaseUntil, int holdbackPercent)
    {
        long size = (await ledger.ReadHeadAsync(Region, CancellationToken.None)).Size;
        var complaints = (await registry.DisputesAsync(Region)).ToDictionary(dispute => dispute.Entry, dispute => dispute.Complaint);
        var earnings = new HeldBackEarnings(Region, ledger, registry);
        var disputed = new List<(OpaqueId Provider, CarriedAmount Amount)>();
        ImmutableArray<long> setAside = [.. byMaker.Union(complaints.Keys).Order()];
        foreach (long index in setAside)
        {
            (OpaqueId provider, Fen unpaid, Refusal? refusal) = await DisputedAsync(index, size, releaseUntil, earnings);
            // Of what was refunded or paid meanwhile a complaint sets nothing aside; a maker who names it hears of it.
            if (refusal is not null && byMaker.Contains(index)) return ([], [], [], refusal);
            if (refusal is null) disputed.Add((provider, new CarriedAmount(
                SourceOf(index), unpaid.Value, Complaint: complaints.GetValueOrDefault(index))));
        }
        var payments = ImmutableArray.CreateBuilder<PaymentRecord>();
        var barred = ImmutableArray.CreateBuilder<string>();
        var wholly = ImmutableArray.CreateBuilder<AsideProvider>();
        foreach (OpaqueId provider in await ProvidersAsync(size, wanted))
        {
            SettledProvider settled = SettledOf(provider.Text);
            ImmutableArray<CarriedAmount> carried = settled.CarriedWith(releaseUntil);
            long due = await LinesAsync(Chart.ProviderPayable(provider).Path, settled.Size, size)
                + carried.Sum(one => one.Fen);
            if (due <= 0) continue;
            AccountPath owed = Chart.ProviderOwed(provider).Path;
            long debt = (await Writer.AccountsAsync([owed])).Find(owed)?.Counters.CreditRoom ?? 0;
            ImmutableArray<CarriedAmount> aside =
                [.. disputed.Where(one => one.Provider == provider).Select(one => one.Amount)];
            long heldBack = HoldbackRule.HeldBack(await earnings.EarnedAsync(
                provider, settled.Size, size, setAside.Concat(carried.Entries()).ToHashSet()), holdbackPercent).Value;
            var claim = new ProviderClaim(provider, new Fen(due), new Fen(aside.Sum(one => one.Fen) + heldBack), new Fen(debt));
            if (claim.Taken == Fen.Zero)
            {
                if (!aside.IsEmpty) wholly.Add(AsideProvider.Of(provider.Text, aside, due));
                continue;
            }
            if (claim.Paid > Fen.Zero && await GrainFactory.IsBlackListedAsync(Region, provider.Text, Today))
            {
                barred.Add(provider.Text);
                continue;
            }
            payments.Add(new PaymentRecord(
                0, provider.Text, settled.Size, size, carried, aside, claim.Netted.Value, claim.Paid.Value, PaymentState.Prepared, [],
                    HeldBackFen: heldBack));
        }
        return (payments.ToImmutable(), barred.ToImmutable(), wholly.ToImmutable(), null);
    }

    /// <summary>
    /// What each provider has drawn of prepaid fees and was not paid. Nothing of it is set aside, held back or taken for a debt: it is no
    /// programme's money, and what a provider owes, it owes to funds.
    /// </summary>
    private async Task<(ImmutableArray<PaymentRecord> Payments, ImmutableArray<string> Barred, ImmutableArray<AsideProvider> Aside,
        Refusal? Refusal)> PrepaidAsync(ImmutableArray<string> wanted)
    {
        long size = (await ledger.ReadHeadAsync(Region, CancellationToken.None)).Size;
        var payments = ImmutableArray.CreateBuilder<PaymentRecord>();
        var barred = ImmutableArray.CreateBuilder<string>();
        foreach (OpaqueId provider in await ProvidersAsync(size, wanted))
        {
            SettledProvider settled = SettledOf(provider.Text);
            long due = await LinesAsync(Chart.ProviderPrepaid(provider).Path, settled.Size, size) + settled.Carried.Sum(one => one.Fen);
            if (due <= 0) continue;
            if (await GrainFactory.IsBlackListedAsync(Region, provider.Text, Today)) barred.Add(provider.Text);
            else payments.Add(new PaymentRecord(
                0, provider.Text, settled.Size, size, settled.Carried, [], 0, due, PaymentState.Prepared, []));
        }
        return (payments.ToImmutable(), barred.ToImmutable(), [], null);
    }

    private static Refusal Nothing(ImmutableArray<string> barred, ImmutableArray<string> aside)
    {
        var values = new List<(string Key, string Value)>();
        if (!barred.IsEmpty) values.Add(("barred", string.Join(", ", barred.Take(MaxNamed))));
        if (!aside.IsEmpty) values.Add(("disputed", string.Join(", ", aside.Take(MaxNamed))));
        return Refusal.Of(Reason.NothingToSettle, [.. values]);
    }

    /// <summary>
    /// A redemption or bill that may be set aside: it stands, and no batch has paid it whole. Of what stands of it, the part that the next
    /// batch would pay: of one that was paid, no more than was held back of it and would be released now.
    /// </summary>
    private async Task<(OpaqueId Provider, Fen Unpaid, Refusal? Refusal)> DisputedAsync(
        long index, long size, DateOnly? releaseUntil, HeldBackEarnings earnings)
    {
        var paid = new PaidEntries(Region, ledger, GrainFactory, earnings);
        if (await paid.StandsAsync(index) is not var (provider, credited))
            return (default, default, Refusal.Of(Reason.RedemptionNotFound, ("field", "set_aside")));
        if (credited == Fen.Zero) return (default, default, new Refusal(Reason.RedemptionAlreadyRefunded));
        SettledProvider settled = SettledOf(provider.Text);
        // A redemption of this very moment is not among what the batch settles yet, and can't be taken off it.
        if (index >= size) return (provider, credited, new Refusal(Reason.SettlementChanged));
        long unpaid = await paid.UnpaidAsync(
            provider.Text, settled.Size, size, settled.CarriedWith(releaseUntil), index, credited.Value);
        return (provider, new Fen(unpaid), unpaid > 0 ? null : new Refusal(Reason.RedemptionSettled));
    }

    private SettledProvider SettledOf(string provider) => State.Providers.GetValueOrDefault(provider, SettledProvider.None());

    /// <summary>The providers that were ever owed money of the desk's kind, by id.</summary>
    /// <param name="wanted">These alone; empty: all.</param>
    private async Task<IReadOnlyList<OpaqueId>> ProvidersAsync(long size, ImmutableArray<string> wanted)
    {
        var found = new List<OpaqueId>();
        string after = "";
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsAsOfAsync(
                Region, new AccountFilter("provider/"), size, after, AccountsAtOnce, CancellationToken.None);
            found.AddRange(page.Select(account => (account.Path, Provider: OpaqueId.Parse(account.Path.Text.Split('/')[1])))
                .Where(one => one.Path == Chart.Payable(one.Provider, Pays).Path).Select(one => one.Provider));
            if (page.Count > 0) after = page[^1].Path.Text;
        }
        while (page.Count == AccountsAtOnce);
        return wanted.IsEmpty ? found : [.. found.Where(provider => wanted.Contains(provider.Text))];
    }

    /// <summary>The sum of the postings on a payable between two sizes of the journal, but for those that settled it.</summary>
    private async Task<long> LinesAsync(AccountPath payable, long from, long to)
    {
        IReadOnlyList<Flow> flows = await ledger.FlowsAsync(
            Region, new AccountFilter(payable.Text), byCounter: false, from == 0 || from == to ? [to] : [from, to], CancellationToken.None);
        int stretch = from == 0 || from == to ? 0 : 1;
        if (from == to) return 0;
        return (long)-flows.Where(flow => flow.Stretch == stretch && flow.Code != EntryCode.ApproveSettlement).NetDebit();
    }

    private static Proposal Hold(SettlementRecord batch, Policy policy, string digest) => SettlementEntries.Prepare(
        new EntryHeader(
            EntryId.Parse(batch.PreparedAs), Digest.Parse(digest), batch.PreparedBy, "", batch.Day, policy.Version.ToString(),
            "", EntryDetails.Of(("batch", batch.Id))),
        OpaqueId.Parse(batch.Id),
        batch.Payments.Select(payment => new ProviderClaim(
            OpaqueId.Parse(payment.Provider), new Fen(payment.NettedFen + payment.AmountFen), Fen.Zero, new Fen(payment.NettedFen))),
        batch.Pays);

    private static string SourceOf(long redemption) => $"entries/{redemption}";

    private ISettlementGrain GrainOf(OpaqueId batch) => GrainFactory.GetGrain<ISettlementGrain>(Region, batch);
}
