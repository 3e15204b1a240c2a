using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Returns unused money of programmes to their funds, one programme after the other, each by its own grain. An entry's id is made from the
/// run and the programme, so a run that is called again moves nothing twice and goes on where it was broken off.
/// </summary>
/// <param name="programmes">Empty for all programmes of the region.</param>
public sealed class ReturnRun(
    Command command, RegionCode region, ImmutableArray<Slug> programmes, IGrainFactory grains, ILedgerReader ledger, IRegistry registry,
    BusinessClock clock)
{
    private const int ProgrammesAtOnce = 500;

    public async IAsyncEnumerable<RunPage> PagesAsync(RunReport report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        (await BeginAsync(cancellation)).OrThrow();
        ImmutableArray<Slug> all = programmes.IsEmpty ? await AllAsync(cancellation) : programmes;
        report.Expect(all.Length);
        foreach (Slug programme in all)
        {
            Outcome outcome = await grains.GetGrain<IProgrammeGrain>(region, programme).ReturnAsync(command);
            yield return PageOf(report, programme, outcome);
        }
    }

    /// <summary>
    /// Has the writer remember the run's id. A rule's refusal of a programme that staff named is the answer. A run over all programmes
    /// skips and counts it.
    /// </summary>
    private async Task<Outcome> BeginAsync(CancellationToken cancellation)
    {
        Refusal? refusal = null;
        // A known run gets its first outcome, whatever has become due meanwhile.
        foreach (Slug programme in await grains.IsKnownAsync(region, command) ? [] : programmes)
        {
            refusal ??= await grains.GetGrain<IProgrammeGrain>(region, programme).GetAsync() is null
                ? new Refusal(Reason.ProgrammeNotFound)
                : await ledger.NotExpiredAsync(region, programme, clock.Today, cancellation);
        }
        return await grains.Writer(region)
            .DecideAsync(command, clock.Today, refusal, () => Entries.Note(command.Header(clock.Today, "")));
    }

    private async Task<ImmutableArray<Slug>> AllAsync(CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<Slug>();
        RegistryQuery query = new RegistryQuery(region, ProgrammeState.Kind) { Limit = ProgrammesAtOnce };
        IReadOnlyList<RegistryRow<ProgrammeState>> page;
        do
        {
            page = await registry.ListAsync<ProgrammeState>(query, cancellation);
            all.AddRange(page.Readable().Where(row => row.State.Programme is not null).Select(row => Slug.Parse(row.Key)));
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == ProgrammesAtOnce);
        return all.ToImmutable();
    }

    /// <exception cref="StorageUnavailableException">The writer can't write now. Call the run again later.</exception>
    private RunPage PageOf(RunReport report, Slug programme, Outcome outcome)
    {
        var tally = new RunTally();
        if (outcome.Refusal is { } refusal)
        {
            if (refusal.IsTransient()) throw new StorageUnavailableException(refusal.Reason.ToString());
            tally.Skip(refusal.Reason);
            return tally.ToPage(null);
        }
        ReturnDetails details = ReturnDetails.Of(outcome.Entry!);
        tally.Change(Unit.Fen, details.Lines.Sum(line => line.Amount.Value));
        report.Return(details.ToContract(region, programme, command.IsDryRun && !outcome.Replayed ? null : outcome.Entry!.Index));
        return tally.ToPage(null);
    }
}

/// <summary>The details of the entry that returns a programme's money. The keys are stored.</summary>
/// <param name="Lines">Each fund's part.</param>
/// <param name="Imported">What was free and stayed, because no fund gave it.</param>
/// <param name="Bound">What vouchers bound.</param>
public sealed record ReturnDetails(ImmutableArray<FunderPart> Lines, Fen Imported, Fen Bound)
{
    private const string ImportedFen = "importedFen", BoundFen = "boundFen";

    /// <summary>An entry's details have room for so many lines. The next run returns the money of further funds.</summary>
    private const int MaxLines = 25;

    /// <summary>The id of the entry by which a run returns a programme's money.</summary>
    public static EntryId EntryId(Command run, Slug programme) => run.Id.Step($"return {programme}");

    public static ReturnDetails Of(UnspentFunds unspent)
    {
        ImmutableArray<FunderPart> parts = ReturnRule.Parts(unspent);
        Fen imported = parts.Aggregate(unspent.Free, (left, part) => left - part.Amount);
        return new ReturnDetails([.. parts.Take(MaxLines)], imported, unspent.Bound);
    }

    public static ReturnDetails Of(JournalEntry entry) =>
        new(AllotmentDetails.Of(entry).Lines, Fen(entry.Detail(ImportedFen)), Fen(entry.Detail(BoundFen)));

    public (string Key, string Value)[] Write() =>
    [
        .. new AllotmentDetails(Lines, "", new Fen(Lines.Sum(line => line.Amount.Value))).Write(),
        (ImportedFen, Text(Imported)), (BoundFen, Text(Bound)),
    ];

    /// <param name="entry">The index of the entry; null for a dry run.</param>
    public ProgrammeReturn ToContract(RegionCode region, Slug programme, long? entry) => new()
    {
        Programme = ResourceName.Of(region, FundContract.Programmes, programme),
        Entry = entry is { } index ? ResourceName.Of(region, "entries", index) : "",
        Funds =
        {
            Lines.Select(line => new FundReturn
            {
                Fund = ResourceName.Of(region, FundContract.Funds, line.Fund), Amount = line.Amount.ToContract(),
            }),
        },
        Imported = Imported.ToContract(),
        Bound = Bound.ToContract(),
    };

    private static Fen Fen(string text) => new(long.Parse(text, CultureInfo.InvariantCulture));

    private static string Text(Fen amount) => amount.Value.ToString(CultureInfo.InvariantCulture);
}
