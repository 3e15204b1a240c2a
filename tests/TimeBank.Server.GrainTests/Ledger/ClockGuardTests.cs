using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>When <see cref="ClockGuard"/> doubts the clock. The test sets the wall clock and the monotonic counter apart.</summary>
public sealed class ClockGuardTests
{
    private static readonly RegionCode Region = RegionCode.Parse("430211"), Other = RegionCode.Parse("430203");
    private static readonly DateTimeOffset Today = new(2026, 11, 28, 12, 0, 0, ChinaTime.Offset);

    private readonly FragileStore _store = new();
    private readonly TwoClocks _clocks = new() { Wall = Today };
    private int _requests;

    [Theory]
    // The clock at the start of a server whose journal's last entry is of 28 November 2026, noon.
    [InlineData("2026-11-28T12:00:00", true)]
    [InlineData("2026-11-28T11:51:00", true)]
    [InlineData("2026-11-28T11:49:00", false)]
    [InlineData("1970-01-01T00:00:00", false)]
    [InlineData("2026-12-29T11:59:00", true)]
    [InlineData("2026-12-29T12:01:00", false)]
    [InlineData("2036-11-28T12:00:00", false)]
    public async Task Far_from_the_last_entry_nothing_is_written(string now, bool written)
    {
        await WriteAsync(Writer(Region));
        _clocks.Wall = DateTimeOffset.Parse($"{now}+08:00", null);

        LedgerWriter writer = Writer(Region);
        Outcome outcome = await writer.SubmitAsync(Issue());

        Assert.Equal(written ? null : Reason.ClockDoubtful, outcome.Refusal?.Reason);
        Assert.Equal(written ? 2 : 1, (await _store.ReadHeadAsync(Region, default)).Size);
        // Reads go on, and the refused command may come again.
        Assert.Single(await writer.AccountsAsync([Chart.PersonHours(OpaqueId.Parse("000000000001"), HoursOrigin.Issued).Path]));
        if (!written) Assert.True(outcome.Refusal!.IsTransient());
        Assert.Equal(written ? null : Reason.ClockDoubtful, (await writer.DryRunAsync(Issue())).Outcome.Refusal?.Reason);
    }

    [Fact]
    public async Task Clock_that_jumps_while_the_server_runs_dates_nothing_and_goes_on_once_it_is_right()
    {
        LedgerWriter writer = Writer(Region);
        await WriteAsync(writer);

        _clocks.Wall = Today.AddYears(10);
        Assert.Equal(Reason.ClockDoubtful, (await writer.SubmitAsync(Issue())).Refusal!.Reason);
        _clocks.Wall = Today.AddSeconds(5);
        await WriteAsync(writer);

        Assert.Equal(LedgerTime.From(Today.AddSeconds(5)), (await _store.ReadHeadAsync(Region, default)).Time);
    }

    [Fact]
    public async Task Server_that_runs_may_be_idle_for_as_long_as_it_likes()
    {
        ClockGuard guard = Guard();
        LedgerWriter writer = Writer(Region, guard);
        await WriteAsync(writer);

        _clocks.Pass(TimeSpan.FromDays(100));
        await WriteAsync(writer);
        _clocks.Pass(TimeSpan.FromDays(100));
        _clocks.Wall += TimeSpan.FromDays(32);
        Assert.Contains("32 days after the last time known here", guard.Doubt(_clocks.Wall), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Region_without_entries_is_judged_by_the_others()
    {
        await WriteAsync(Writer(Region));
        ClockGuard guard = Guard();
        guard.Saw((await _store.ReadHeadAsync(Region, default)).Time);
        _clocks.Wall = Today.AddYears(10);

        Assert.Equal(Reason.ClockDoubtful, (await Writer(Other, guard).SubmitAsync(Issue())).Refusal!.Reason);
    }

    [Fact]
    public async Task First_entry_of_all_is_dated_by_any_clock_that_is_no_older_than_the_program()
    {
        _clocks.Wall = DateTimeOffset.UnixEpoch;
        Assert.Equal(Reason.ClockDoubtful, (await Writer(Region).SubmitAsync(Issue())).Refusal!.Reason);
        _clocks.Wall = Today.AddYears(10);
        await WriteAsync(Writer(Region));
    }

    [Theory]
    // The server stood still for two years. The date is the day on which somebody checked the clock (TimeBank:ClockChecked).
    [InlineData(null, false)]
    [InlineData("2028-11-26", true)]
    [InlineData("2028-11-28", true)]
    [InlineData("2028-11-29", true)]
    [InlineData("2028-10-20", false)]
    [InlineData("2036-11-28", false)]
    public async Task After_two_years_somebody_says_that_the_clock_is_right(string? checkedOn, bool written)
    {
        await WriteAsync(Writer(Region));
        _clocks.Wall = Today.AddYears(2);

        ClockGuard guard = Guard(checkedOn is null ? null : DateOnly.Parse(checkedOn, null));
        Outcome outcome = await Writer(Region, guard).SubmitAsync(Issue());

        Assert.Equal(written ? null : Reason.ClockDoubtful, outcome.Refusal?.Reason);
        if (!written) Assert.Contains("TimeBank:ClockChecked", guard.Doubt(_clocks.Wall), StringComparison.Ordinal);
        // From then on the journal itself says so, and no operator has to.
        if (written) await WriteAsync(Writer(Region));
        // The operator vouched for this clock. The server doubts one that jumps afterwards.
        _clocks.Wall = Today.AddYears(4);
        Assert.NotNull(guard.Doubt(_clocks.Wall));
    }

    [Fact]
    public async Task Journal_that_has_an_entry_of_2036_is_written_again_only_on_somebodys_word()
    {
        _clocks.Wall = Today.AddYears(10);
        await WriteAsync(Writer(Region));
        _clocks.Wall = Today;

        ClockGuard guard = Guard();
        Assert.Equal(Reason.ClockDoubtful, (await Writer(Region, guard).SubmitAsync(Issue())).Refusal!.Reason);
        const string said = "The clock says 2026-11-28 12:00, but an entry here is of 2036-11-28 12:00";
        Assert.Contains(said, guard.Doubt(_clocks.Wall), StringComparison.Ordinal);
        await WriteAsync(Writer(Region, Guard(new DateOnly(2026, 11, 28))));
    }

    [Fact]
    public async Task Demonstrations_clock_goes_on_by_months_but_not_back()
    {
        var guard = new ClockGuard(new ClockBounds(null, TimeSpan.FromMinutes(10)), _clocks, _clocks);
        LedgerWriter writer = Writer(Region, guard);
        await WriteAsync(writer);
        _clocks.Wall = Today.AddMonths(5);
        await WriteAsync(writer);
        _clocks.Wall = Today;
        Assert.Equal(Reason.ClockDoubtful, (await writer.SubmitAsync(Issue())).Refusal!.Reason);
    }

    [Fact]
    public void Finished_demonstration_never_goes_back()
    {
        DateTimeOffset far = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero), near = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
        var clock = new ScenarioClock(near);
        clock.Set(new ScenarioRecord(far, far, Finished: true));
        Assert.Equal(far, clock.GetUtcNow());
        clock.Set(new ScenarioRecord(far, near, Finished: true));
        Assert.True(clock.GetUtcNow() > near);
    }

    private ClockGuard Guard(DateOnly? checkedOn = null) =>
        new(new ClockBounds(TimeSpan.FromDays(31), TimeSpan.FromMinutes(10), checkedOn), _clocks, _clocks);

    private LedgerWriter Writer(RegionCode region, ClockGuard? guard = null) =>
        new(region, _store, new BusinessClock(_clocks, guard ?? Guard()), new RandomSaltSource(), new LedgerOptions(), NullLogger.Instance);

    private async Task WriteAsync(LedgerWriter writer) => Assert.Null((await writer.SubmitAsync(Issue())).Refusal);

    private Proposal Issue()
    {
        var id = EntryId.Of("TEST", new Guid(_requests++, 0, 0, new byte[8]));
        var header = new EntryHeader(id, Digest.Of([1]), "TEST", "", new DateOnly(2026, 10, 1), "", "", EntryHeader.NoDetails);
        return HourEntries.Issue(header, OpaqueId.Parse("000000000001"), new Minutes(1));
    }

    private sealed class TwoClocks : TimeProvider
    {
        private TimeSpan _passed;

        public DateTimeOffset Wall { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _passed.Ticks;

        public void Pass(TimeSpan time) => (_passed, Wall) = (_passed + time, Wall + time);
    }
}
