using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <content>Steps that read balances, and how the office reads and writes.</content>
internal sealed partial class OfficeServer
{
    private const long Patience = 3_000_000;

    private async Task<OfficeAnswer> PrepareAsync(OfficeStep step)
    {
        string[] paths = [.. step.Providers.Select(OfficeEntries.Payable), .. step.Providers.Select(OfficeEntries.Owed)];
        Dictionary<string, Counters> found = await BalancesAsync(paths);
        var payments = new List<OfficePayment>();
        foreach (string provider in step.Providers)
        {
            Counters owed = found.GetValueOrDefault(OfficeEntries.Owed(provider));
            long aside = step.Redemption is { } disputed && disputed.Provider == provider ? disputed.Fen : 0;
            var payment = new OfficePayment(
                payments.Count + 1, provider, Room(found.GetValueOrDefault(OfficeEntries.Payable(provider))), aside,
                owed.DebitsPosted - owed.CreditsPosted - owed.CreditsPending, 0);
            if (payment.Room > aside) payments.Add(payment with { Fen = OfficeEntries.Claim(payment).Paid.Value });
        }
        if (payments.Count == 0) return await DecideAsync(step, new Refusal(Reason.NothingToSettle), may: false);
        await SaveAsync(State with { Pending = step, Drafted = new OfficeBatch(step.Batch, SettlementState.Draft, step, [.. payments]) });
        return await FinishAsync(step);
    }

    /// <summary>A refund whose money was settled first makes the provider owe what the payable lacks.</summary>
    private async Task<OfficeAnswer> RefundAsync(OfficeStep step)
    {
        if (await network.FindAsync(step.Id) is { } known) return new OfficeAnswer(known.Refusal?.Reason);
        RedeemedAt redemption = step.Redemption!;
        string path = OfficeEntries.Payable(redemption.Provider);
        long shortfall = redemption.Fen - Room((await BalancesAsync([path])).GetValueOrDefault(path));
        if (shortfall > 0)
        {
            await WriteAsync(step, step.Id.Step("owe"), OfficeEntries.Owe(redemption.Provider, shortfall));
            world.Tally.Add("refunds after the settlement");
        }
        return new OfficeAnswer((await WriteAsync(step, step.Id, OfficeEntries.Refund(redemption))).Refusal?.Reason);
    }

    /// <summary>Writes the entries of withheld payments that a crash has kept away.</summary>
    private async Task<OfficeBatch> GiveBackAsync(OfficeBatch batch)
    {
        foreach (OfficePayment payment in batch.Payments.Where(payment => payment.GivesBack))
        {
            EntryId id = EntryId.Of("withheld", Guid.Empty, OfficeEntries.Name(batch.Id, payment.Number));
            Outcome outcome = await WriteAsync(batch.Prepared, id, OfficeEntries.Word(batch, payment, PaymentState.Rejected, payment.Fen));
            if (outcome.Refusal is { } refusal) throw world.Report($"a withheld payment can't be given back: {refusal.Reason}");
            batch = batch.With(payment with { GivesBack = false });
            await SaveAsync(State with { Batches = State.Batches.SetItem(batch.Id, batch) });
        }
        return batch;
    }

    private static long Room(Counters payable) => payable.CreditsPosted - payable.DebitsPosted - payable.DebitsPending;

    /// <summary>Submits a command and returns what the ledger remembers under the id.</summary>
    /// <exception cref="OfficeUnavailableException">The outcome is unknown.</exception>
    private async Task<Outcome> WriteAsync(OfficeStep step, EntryId id, Draft draft)
    {
        Intent intent = OfficeIntents.Make(auditor, world, id, step.Actor, step.Day, draft);
        Outcome? outcome = await network.SubmitAsync(intent, Patience);
        // An earlier try under this id wrote something else, as where the rules refused it then.
        if (outcome?.Refusal?.Reason == Reason.RequestIdReused) outcome = await network.FindAsync(id);
        return OfficeIntents.IsKnown(outcome) ? outcome! : throw new OfficeUnavailableException();
    }

    private async Task<Dictionary<string, Counters>> BalancesAsync(string[] paths) =>
        (await network.AccountsAsync(paths) ?? throw new OfficeUnavailableException())
            .ToDictionary(account => account.Path.Text, account => account.Counters);

    private async Task SaveAsync(OfficeState state)
    {
        _version = await shelf.WriteAsync(state, _version, () => IsAlive);
        _state = state;
    }
}

/// <summary>Makes commands of drafts, the same of the same.</summary>
internal static class OfficeIntents
{
    public static Intent Make(Auditor auditor, World world, EntryId id, string actor, DateOnly day, Draft draft)
    {
        var header = new EntryHeader(
            id, Intent.CommandOf(draft.Want), actor, "", day, "p1", draft.Want.Memo, EntryHeader.NoDetails);
        if (auditor.IntentOf(id, header.RequestDigest.ToString()) is { } same) return same;
        var intent = new Intent(header, draft.Want, draft.Make(header));
        auditor.Wants(intent);
        world.Note($"the office wants {intent}");
        return intent;
    }

    public static bool IsKnown(Outcome? outcome) => outcome is not null
        && outcome.Refusal?.Reason is not (Reason.QueueFull or Reason.StoreUnavailable or Reason.InternalError or Reason.RequestIdReused);
}
