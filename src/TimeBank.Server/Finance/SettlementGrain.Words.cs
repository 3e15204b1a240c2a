using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>A word of the bank, and who recorded it. The names are stored.</summary>
/// <param name="Id">The id of its entry, in hexadecimal.</param>
/// <param name="Digest">What an entry under this id is compared by.</param>
/// <param name="Note">The memo of the entry.</param>
public sealed record PlannedWord(
    [property: JsonPropertyName("payment")] int Payment,
    [property: JsonPropertyName("outcome")] PaymentOutcome Outcome,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("note")] string Note);

/// <content>The bank's word on payments: taken once, whoever says it and under whatever id.</content>
public sealed partial class SettlementGrain
{
    public Task<Reply<SettlementRecord>> RecordAsync(Command command, int payment, PaymentOutcome outcome) => StepAsync(command, async () =>
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        var word = new PlannedWord(
            payment, outcome, command.Id.ToString(), command.RequestDigest, command.Actor, command.Memo);
        bool isDone = State.HasDone(command, out _);
        Refusal? refusal = Judge(word);
        // A file withholds what somebody complains about. A payment by hand must not go round that; what a bank's line says has happened.
        if (refusal is null && !isDone && outcome.State == PaymentState.Paid && Batch.Export is null)
            refusal = await DisputedAsync(Reason.PaymentDisputed, one => one.Payment == payment);
        // What a bank's line says has happened, at whatever account. What a person types may be the wrong account.
        if (refusal is null && !isDone && outcome.State != PaymentState.Rejected)
            refusal = await AtOtherAccountAsync(outcome.Bank);
        if (refusal is null && !isDone) await PlanAsync([word]);
        return await OnceAsync(
            command, () => refusal, () => Entry(word, policy, command.OnBehalfOf),
            written =>
            {
                Change(word, written);
                State.Words = null;
            });
    });

    public Task<Reply<SettlementRecord>> RevokeAsync(Command command, int payment) =>
        StepAsync(command, () => RevokeOnceAsync(command, payment));

    private async Task<Refusal?> RevokeOnceAsync(Command command, int payment)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        PaymentOutcome? last = Find(payment)?.Outcomes.LastOrDefault();
        bool isWithheld = last?.State == PaymentState.Rejected && last.Reference.StartsWith(WithheldPrefix, StringComparison.Ordinal);
        JournalEntry? said = last is { Entry: >= 0 } && !isWithheld
            ? (await ledger.EntryAsync(Region, last.Entry, CancellationToken.None))?.Entry : null;
        Refusal? refusal = Find(payment) is null ? new Refusal(Reason.PaymentNotFound)
            : said is null ? Refusal.Of(Reason.PaymentWrongState, ("state", $"PAYMENT_STATE_{Find(payment)!.State}".ToUpperInvariant()))
            : said.Header.Actor == command.Actor ? new Refusal(Reason.MakerIsChecker) : null;
        await PlanAsync(command, refusal, string.Create(
            CultureInfo.InvariantCulture, $"{SettlementGrainState.RevokeStep}{payment}"));
        return await OnceAsync(
            command, () => refusal,
            () => Entries.Reverse(command.Header(said!.Header.EventDate(), policy.Version.ToString(), Details), said.Id),
            _ =>
            {
                State.Planned = null;
                PaymentRecord taken = Find(payment)!;
                ImmutableArray<PaymentOutcome> outcomes = taken.Outcomes.RemoveAt(taken.Outcomes.Length - 1);
                ImmutableArray<PaymentRecord> payments = Batch.Payments.Replace(taken, taken with
                {
                    State = outcomes.IsEmpty ? PaymentState.Approved : outcomes[^1].State,
                    Outcomes = outcomes,
                });
                State.Batch = Batch with
                {
                    Payments = payments,
                    State = IsOver(payments) ? SettlementState.Closed
                        : Batch.Export is null ? SettlementState.Approved : SettlementState.Exported,
                };
            });
    }

    public async Task<Reply<WordsTaken>> RecordManyAsync(Command run, ImmutableArray<BankWord> words)
    {
        if (State.Batch is null) return Reason.SettlementNotFound;
        if (await FinishWordsAsync() is { } outage) return outage;
        PlannedWord[] planned =
        [
            .. words.Where(word => !State.Done.ContainsKey(word.Id)).Select(word =>
                new PlannedWord(word.Payment, word.Outcome, word.Id, word.Digest, run.Actor, run.Memo)),
        ];
        await PlanAsync([.. planned.Where(word => Find(word.Payment) is not null)]);
        IReadOnlyDictionary<string, Reason> left = await WriteAsync(planned);
        return new WordsTaken([.. words.Select(word => left.GetValueOrDefault(word.Id, Reason.None))]);
    }

    /// <summary>
    /// Why the batch's money can't be at an account of ours. One that nobody has described is known to the ledger alone, which refuses what
    /// it doesn't hold.
    /// </summary>
    private async Task<Refusal?> AtOtherAccountAsync(string bank) =>
        await GrainFactory.AtBankAsync(Region, bank, isCustody: Batch.Pays == PayableKind.Prepaid)
            is { Reason: not Reason.BankAccountNotFound } unfit ? unfit : null;

    private PaymentRecord? Find(int payment) => Batch.Payments.FirstOrDefault(one => one.Number == payment);

    private Refusal? Judge(PlannedWord word) => Find(word.Payment) is { } paid
        ? SettlementRule.Record(paid.State, word.Outcome.State) : new Refusal(Reason.PaymentNotFound);

    private async Task PlanAsync(ImmutableArray<PlannedWord> words)
    {
        if (words.IsEmpty) return;
        State.Words = words;
        await SaveAsync();
    }

    /// <summary>Writes the entries of words that an earlier call has taken, under the same ids.</summary>
    /// <returns>The refusal where the writer can't be reached: nothing else may happen to the batch before.</returns>
    private async Task<Refusal?> FinishWordsAsync()
    {
        if (IsDryRun || State.Words is not { } words) return null;
        IReadOnlyDictionary<string, Reason> left = await WriteAsync(words);
        return State.Words is null ? null : new Refusal(left.Values.First(reason => new Refusal(reason).IsTransient()));
    }

    /// <summary>
    /// Writes entries, those of different payments side by side. Several words of one payment follow each other in their order. A refusal
    /// is not remembered: the word may be true later. Where the writer can't be reached, the words stay planned.
    /// </summary>
    /// <returns>By the ids of words: why they were left. Those that were written are missing.</returns>
    private async Task<IReadOnlyDictionary<string, Reason>> WriteAsync(IReadOnlyList<PlannedWord> words)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        var left = new Dictionary<string, Reason>();
        List<PlannedWord> rest = [.. words];
        bool isOut = false;
        while (rest.Count > 0)
        {
            PlannedWord[] round = [.. rest.DistinctBy(word => word.Payment)];
            rest.RemoveAll(word => round.Contains(word));
            Refusal? before = isOut ? new Refusal(Reason.StoreUnavailable) : null;
            Outcome?[] written = await Task.WhenAll(round.Select(async word => (before ?? Judge(word)) is null
                ? await Writer.SubmitIfAcceptedAsync(Entry(word, policy, "")) : null));
            foreach ((PlannedWord word, Outcome? outcome) in round.Zip(written))
            {
                if ((outcome is null ? before ?? Judge(word) : outcome.Refusal) is { } refusal)
                {
                    left[word.Id] = refusal.Reason;
                    isOut |= refusal.IsTransient();
                    continue;
                }
                State.Done[word.Id] = word.Digest;
                Change(word, outcome!);
            }
        }
        if (!isOut) State.Words = null;
        if (words.Count > 0) await SaveAsync();
        return left;
    }

    private (string Key, string Value)[] DetailsOf(PaymentRecord payment, PaymentOutcome outcome) =>
    [
        ("batch", LocalKey), ("payment", payment.Number.ToString(CultureInfo.InvariantCulture)), ("provider", payment.Provider),
        ("reference", outcome.Reference),
    ];

    private Proposal Entry(PlannedWord word, Policy policy, string onBehalfOf)
    {
        PaymentRecord payment = Find(word.Payment)!;
        var header = new EntryHeader(
            EntryId.Parse(word.Id), Digest.Parse(word.Digest), word.By, onBehalfOf, word.Outcome.Day, policy.Version.ToString(), word.Note,
            EntryDetails.Of(DetailsOf(payment, word.Outcome)));
        OpaqueId provider = OpaqueId.Parse(payment.Provider);
        var amount = new Fen(payment.AmountFen);
        return word.Outcome.State switch
        {
            PaymentState.Paid => SettlementEntries.Pay(header, Id, Slug.Parse(word.Outcome.Bank), amount, Batch.Pays),
            PaymentState.Rejected => SettlementEntries.Reject(header, Id, provider, amount, Batch.Pays),
            PaymentState.Returned => SettlementEntries.Return(header, Slug.Parse(word.Outcome.Bank), provider, amount, Batch.Pays),
            _ => throw new InvalidOperationException($"The bank never says {word.Outcome.State}."),
        };
    }

    private void Change(PlannedWord word, Outcome written)
    {
        PaymentRecord payment = Find(word.Payment)!;
        PaymentOutcome outcome = word.Outcome with
        {
            Entry = written.Entry?.Index ?? -1,
            Effective = written.Entry is { Header: var header } && header.LateDay() is not null ? header.EffectiveDate : null,
        };
        ImmutableArray<PaymentRecord> payments = Batch.Payments.Replace(
            payment, payment with { State = outcome.State, Outcomes = payment.Outcomes.Add(outcome) });
        State.Batch = Batch with { Payments = payments, State = IsOver(payments) ? SettlementState.Closed : Batch.State };
    }
}
