using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>A region's ledger without a store: decides proposals one by one and checks the invariants after each.</summary>
internal sealed class Book
{
    public static readonly RegionCode Region = RegionCode.Parse("430211");
    private static readonly LedgerTime Origin = LedgerTime.Parse("2026-10-01T00:00:00.000000Z");

    private readonly Auditor _auditor = new();

    public WorkingState State { get; } = new(LedgerHead.Empty(Region));

    public List<JournalEntry> Journal { get; } = [];

    public LedgerTime Clock { get; set; } = Origin;

    /// <summary>The time of a script's second, counted from its start.</summary>
    public static LedgerTime Instant(long second) => new(Origin.Microseconds + (second * 1_000_000));

    public Outcome Submit(Proposal proposal)
    {
        // Memory has everything that was ever written, so a missing id or account does not exist.
        State.Load(State.Missing([proposal], [], []), new Prefetched([], [], []));
        LedgerTime last = State.LastTime;
        Decision decision = Decide.Entry(State, proposal, Clock);
        State.Apply(proposal, decision);
        _auditor.Check(State, decision, last.Next(Clock));
        if (decision is { Stores: true, Outcome.Entry: { } entry }) Journal.Add(entry);
        return decision.Outcome;
    }

    public JournalEntry Accept(Proposal proposal)
    {
        Outcome outcome = Submit(proposal);
        Assert.Null(outcome.Refusal);
        return outcome.Entry!;
    }

    public Account? Find(string path)
    {
        AccountPath wanted = AccountPath.Parse(path);
        State.Load(State.Missing([], [], [wanted]), new Prefetched([], [], []));
        return State.Account(wanted);
    }

    public Counters Counters(string path) => Find(path)?.Counters ?? default;

    public Counters Counters(AccountSpec account) => Counters(account.Path.Text);
}
