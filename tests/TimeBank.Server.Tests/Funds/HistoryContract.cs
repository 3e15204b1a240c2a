using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Reports tie after every history that entries can make, with any reversals and imports.</summary>
public abstract class HistoryContract(TestServer server)
{
    private const string Region = TestServer.Lusong;
    private const string Persistent = "-subsidy";
    private const int Steps = 80;

    private readonly Desk _desk = new(server, Region);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Reports_tie_after_every_step_of_a_random_history(int seed)
    {
        string[] funds = await Task.WhenAll(((string[])["a", "b", "c"]).Select(name => _desk.FundAsync($"h{seed}-{name}", 0)));
        string meals = (await _desk.Maker.CreateProgrammeAsync(_desk.Meals($"h{seed}-meals"))).Name;
        string national = (await _desk.Maker.CreateProgrammeAsync(_desk.National($"h{seed}-national"))).Name;
        string subsidy = (await _desk.Maker.CreateProgrammeAsync(_desk.Subsidy($"h{seed}{Persistent}"))).Name;
        ILedgerGrain writer = server.Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(Region);
        var history = new RandomHistory(
            writer, server.Services.GetRequiredService<ReportReader>(), seed, funds, [meals, national, subsidy]);
        Dictionary<(string, string), long> before = [];
        int moved = 0, owed = 0;
        for (int step = 0; step < Steps; step++)
        {
            Outcome outcome = await history.StepAsync();
            if (outcome.Entry is not { } entry) continue;
            moved++;
            ProgrammeReport[] reports = await Task.WhenAll(((string[])[meals, national, subsidy]).Select(ProgrammeAsync));
            FundReport[] sources = await Task.WhenAll(funds.Select(FundAsync));
            Assert.All(reports, ReportTies.Check);
            Assert.All(sources, ReportTies.Check);
            Assert.All(reports, report => Assert.Equal(entry.Index + 1, report.EntryCount));
            Assert.All(sources, report => Assert.Equal(entry.Index + 1, report.EntryCount));
            Assert.All(sources, report => Assert.Equal(history.CameIn(report.Fund.Name), report.Received.Value - report.Owed.Value));
            owed += sources.Count(report => report.Owed.Value > 0);
            var spent = reports
                .SelectMany(report => report.Funds.Select(line => (Key: (report.Programme.Name, line.Fund), line.Spent.Value)))
                .Where(line => line.Value > 0).ToDictionary(line => line.Key, line => line.Value);
            // The reports of a fund and of its programme agree.
            Assert.Equal(
                spent.Where(line => line.Key.Fund.Length > 0).OrderBy(line => line.Key),
                sources
                    .SelectMany(source => source.Programmes.Select(
                        line => KeyValuePair.Create((line.Programme, source.Fund.Name), line.Spent.Value)))
                    .Where(line => line.Value > 0).OrderBy(line => line.Key));
            // Only redemptions, payments to estates, imports and reversals may change which fund bears how much.
            bool stays = entry.Kind == Ledger.EntryKind.Post
                && entry.Code is not (EntryCode.RedeemVoucher or EntryCode.PayEstate or EntryCode.ImportBalance);
            if (stays) Assert.Equal(before.OrderBy(line => line.Key), spent.OrderBy(line => line.Key));
            before = spent;
        }
        Assert.True(moved > Steps / 5, $"{moved} of {Steps} steps moved anything");
        Assert.True(owed > 0, "no fund ever owed anything");
        await CheckBudgetAsync(meals, national, subsidy);
    }

    /// <summary>The funding report says the same as the reports of the programmes, at the end and at any moment before it.</summary>
    private async Task CheckBudgetAsync(params string[] programmes)
    {
        var request = new GetFundingReportRequest { Parent = _desk.Region, Period = new Period() };
        FundingReport budget = await _desk.Auditor.GetFundingReportAsync(request);
        Assert.Equal(0, budget.FirstEntryCount);
        Assert.All(budget.Lines, FundingTies.Check);
        Assert.Equal(
            budget.Lines.Where(line => line.Kind == V1.FundKind.Lottery).Sum(line => line.Allotted.Value - line.Returned.Value),
            budget.Lottery.Used.Value);
        foreach (ProgrammeReport report in await Task.WhenAll(programmes.Select(ProgrammeAsync)))
        {
            Assert.Equal(
                report.Funds.Select(line => (line.Fund, line.Allotted.Value, line.Spent.Value)),
                budget.Lines.Where(line => line.Programme == report.Programme.Name)
                    .Select(line => (line.Fund, Given: line.Allotted.Value - line.Returned.Value, line.Spent.Value))
                    .Where(line => line.Given > 0));
        }
        for (long size = 0; size < budget.EntryCount; size += 17)
        {
            FundingReport past = await _desk.Auditor.GetFundingReportAsync(
                new GetFundingReportRequest(request) { AsOf = new AsOf { EntryCount = size } });
            Assert.Equal(size, past.EntryCount);
            Assert.All(past.Lines, FundingTies.Check);
        }
    }

    private async Task<ProgrammeReport> ProgrammeAsync(string name) =>
        await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = name });

    private async Task<FundReport> FundAsync(string name) =>
        await _desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = name });

    /// <summary>Random entries that the ledger may accept. Amounts are small, so that every fen counts.</summary>
    private sealed class RandomHistory(ILedgerGrain writer, ReportReader reports, int seed, string[] funds, string[] programmes)
    {
        private static readonly DateOnly Day = new(2026, 10, 1);

        // Of this history alone: others ran before it, in any order.
        private readonly OpaqueId _provider = Id($"provider {seed}");
        private readonly Random _random = new(seed);
        private readonly List<JournalEntry> _entries = [];
        private readonly List<(OpaqueId Id, VoucherTerms Terms, long Remaining)> _vouchers = [];
        private readonly HashSet<OpaqueId> _ended = [];
        private readonly Dictionary<long, (OpaqueId Voucher, VoucherTerms Terms, long Amount, long Fen)> _redeemed = [];
        private readonly Dictionary<long, (Slug Fund, long Fen)> _cameIn = [];
        private int _steps;
        private (Slug Programme, UnspentFunds Before, ImmutableArray<FunderPart> Parts) _returned;

        public async Task<Outcome> StepAsync()
        {
            _steps++;
            int voucher = _vouchers.Count == 0 ? -1 : _random.Next(_vouchers.Count);
            (Proposal proposal, Action<JournalEntry> then) = _random.Next(28) switch
            {
                0 or 1 => Receive(),
                2 or 3 or 4 => (MoneyEntries.Allot(Header(), Programme(out _), Shares()), Nothing),
                5 => Import(),
                6 or 7 => (
                    Entries.Import(Header(), Chart.ProgrammeAllotted(Programme(out _)), isDebit: _random.Next(3) == 0, Some(100)), Nothing),
                8 or 9 or 10 or 11 => Issue(),
                12 or 13 or 14 or 15 or 16 when voucher >= 0 => Redeem(voucher),
                17 when voucher >= 0 => End(voucher, VoucherEntries.Void),
                18 when voucher >= 0 => End(voucher, _vouchers[voucher].Terms.Expires ? VoucherEntries.Expire : PayEstate),
                19 => await ReturnAsync(),
                20 or 21 or 22 or 23 or 24 => await DonateAsync(),
                _ when _entries.Count > 0 => await ReverseAsync(),
                _ => Receive(),
            };
            Outcome outcome = await writer.SubmitAsync(proposal);
            if (outcome.Entry is not { } entry) return outcome;
            _entries.Add(entry);
            then(entry);
            if (entry is { Code: EntryCode.ReturnFunds, Kind: Ledger.EntryKind.Post }) await CheckReturnAsync();
            return outcome;
        }

        /// <summary>What came into a fund and was not taken back, by the steps of this history.</summary>
        public long CameIn(string fund) => _cameIn.Values.Where(step => step.Fund == SlugOf(fund)).Sum(step => step.Fen);

        private (Proposal, Action<JournalEntry>) Receive()
        {
            (Slug fund, long fen) = (Fund(), Some(400));
            return (MoneyEntries.Receive(Header(), Slug.Parse("main"), fund, new Fen(fen)), Came(fund, fen));
        }

        private (Proposal, Action<JournalEntry>) Import()
        {
            (Slug fund, bool isDebit, long fen) = (Fund(), _random.Next(3) == 0, Some(200));
            return (Entries.Import(Header(), Chart.FundAvailable(fund), isDebit, fen), Came(fund, isDebit ? -fen : fen));
        }

        /// <summary>A donation by card, or one that its donor's bank takes back whatever the fund has left.</summary>
        private async Task<(Proposal, Action<JournalEntry>)> DonateAsync()
        {
            (Slug fund, bool isTakenBack) = (Fund(), _random.Next(2) == 0);
            long gross = isTakenBack ? -Some(300) : Some(300), fee = Some(9);
            Ledger.Account? available = await writer.AccountAsync(Chart.FundAvailable(fund).Path),
                owed = await writer.AccountAsync(Chart.FundOwed(fund).Path);
            var standing = new FundStanding(available?.Counters.DebitRoom ?? 0, owed?.Counters.CreditRoom ?? 0);
            var use = new CardUse(isTakenBack ? EntryCode.DisputeDonation : EntryCode.ReceiveDonation, CardSide.Fund);
            var movement = new CardMovement($"txn_{seed}_{_steps}", "charge", "", "", gross, fee, DateTimeOffset.UnixEpoch);
            return (DonationEntries.Book(Header(), movement, use, fund, standing), Came(fund, gross));
        }

        private Action<JournalEntry> Came(Slug fund, long fen) => entry => _cameIn[entry.Index] = (fund, fen);

        private (Proposal, Action<JournalEntry>) Issue()
        {
            Slug programme = Programme(out bool units);
            bool expires = !programme.Text.EndsWith(Persistent, StringComparison.Ordinal);
            OpaqueId id = Id($"voucher {seed} {_steps}");
            var terms = new VoucherTerms(
                Id("elder"), programme, units ? VoucherKind.Units : VoucherKind.Money, units ? Unit.Meal : Unit.Fen,
                [Ledger.ServiceType.Meal], units ? new Fen(13) : Fen.Zero, Day,
                expires ? new DateOnly(2026, 10, 31) : VoucherTerms.Never, expires ? new DateOnly(2026, 11, 28) : VoucherTerms.Never);
            long amount = units ? Some(5) : Some(60);
            return (VoucherEntries.Issue(Header(), id, terms, amount), _ => _vouchers.Add((id, terms, amount)));
        }

        private (Proposal, Action<JournalEntry>) Redeem(int at)
        {
            (OpaqueId id, VoucherTerms terms, long remaining) = _vouchers[at];
            long amount = Math.Max(1, Math.Min(remaining, Some(terms.Kind == VoucherKind.Units ? 2 : 25)));
            long fen = terms.Kind == VoucherKind.Units ? Some((int)amount * 13) : amount;
            Proposal proposal = terms.Kind == VoucherKind.Units
                ? VoucherEntries.RedeemUnits(Header(), id, terms, _provider, amount, new Fen(fen))
                : VoucherEntries.RedeemMoney(Header(), id, _provider, new Fen(amount));
            return (proposal, Then);

            void Then(JournalEntry entry)
            {
                _vouchers[at] = (id, terms, remaining - amount);
                _redeemed[entry.Index] = (id, terms, amount, fen);
            }
        }

        private (Proposal, Action<JournalEntry>) End(int at, Func<EntryHeader, OpaqueId, VoucherTerms, long, Proposal> end)
        {
            (OpaqueId id, VoucherTerms terms, long remaining) = _vouchers[at];
            return (end(Header(), id, terms, Math.Max(1, remaining)), Then);

            void Then(JournalEntry entry)
            {
                _vouchers[at] = (id, terms, 0);
                if (entry.Code != EntryCode.PayEstate) _ended.Add(id);
            }
        }

        private static Proposal PayEstate(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long remaining) =>
            VoucherEntries.PayEstate(header, Slug.Parse("main"), terms.Elder, [(voucher, new Fen(remaining))]);

        /// <summary>Returns what no voucher binds. Nothing more can go back right after it.</summary>
        private async Task<(Proposal, Action<JournalEntry>)> ReturnAsync()
        {
            Slug programme = Programme(out _);
            UnspentFunds before = await reports.UnspentAsync(RegionCode.Parse(Region), programme, CancellationToken.None);
            ImmutableArray<FunderPart> parts = ReturnRule.Parts(before);
            _returned = (programme, before, parts);
            return (MoneyEntries.Return(Header(), programme, parts.Select(part => (part.Fund, part.Amount))), Nothing);
        }

        private async Task CheckReturnAsync()
        {
            (Slug programme, UnspentFunds before, ImmutableArray<FunderPart> parts) = _returned;
            UnspentFunds after = await reports.UnspentAsync(RegionCode.Parse(Region), programme, CancellationToken.None);
            Assert.Equal(before.Free.Value - parts.Sum(part => part.Amount.Value), after.Free.Value);
            Assert.Equal(before.Bound, after.Bound);
            IEnumerable<FunderPart> left = before.Funds.Select(fund => fund with
            {
                Amount = fund.Amount - parts.FirstOrDefault(part => part.Fund == fund.Fund).Amount,
            });
            Assert.Equal(left.Where(fund => fund.Amount > Fen.Zero), after.Funds);
            Assert.Empty(ReturnRule.Parts(after));
            if (before.Bound == Fen.Zero && before.Free.Value >= before.Funds.Sum(fund => fund.Amount.Value)) Assert.Empty(after.Funds);
        }

        /// <summary>Reverses any entry. A history is what the ledger accepts, even if the API would not let a person do it.</summary>
        private async Task<(Proposal, Action<JournalEntry>)> ReverseAsync()
        {
            JournalEntry original = _entries[_random.Next(_entries.Count)];
            // Except to take back what has gone back already: the fund would have given less than nothing.
            if (_entries.Exists(entry => entry.Code == EntryCode.ReturnFunds)
                && await reports.SpentAsync(RegionCode.Parse(Region), original, CancellationToken.None) is not null)
                return Receive();
            // A voucher that has ended passes on to its programme what comes back.
            if (_redeemed.TryGetValue(original.Index, out var paid) && _ended.Contains(paid.Voucher))
            {
                Ledger.Redemption redeemed = Redeemed(paid.Voucher, paid.Terms, paid.Amount, paid.Fen);
                return (VoucherEntries.RefundEnded(Header(), original.Id, redeemed), Nothing);
            }
            return original.Code == EntryCode.RedeemVoucher
                ? (VoucherEntries.Refund(Header(), original.Id), Nothing)
                : (Entries.Reverse(Header(), original.Id), _ => _cameIn.Remove(original.Index));
        }

        private Ledger.Redemption Redeemed(OpaqueId voucher, VoucherTerms terms, long amount, long fen) => new(
            voucher, terms.Elder, terms.Programme, _provider, Slug.Parse("meal-canteen"), 1, new Fen(fen), Fen.Zero, amount, terms.Unit,
            new Fen(fen), Fen.Zero, Ledger.ServicePlace.Home, Day, 0);

        private EntryHeader Header()
        {
            byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"history {seed} {_steps}"));
            var id = EntryId.Of("history", new Guid(hash[..16]));
            return new EntryHeader(id, Digest.Of(hash), "keeper", "", Day, "", "", EntryHeader.NoDetails);
        }

        private (Slug, Fen)[] Shares() =>
            [.. funds.Where(_ => _random.Next(2) == 0).DefaultIfEmpty(funds[0]).Select(fund => (SlugOf(fund), new Fen(Some(120))))];

        private Slug Fund() => SlugOf(funds[_random.Next(funds.Length)]);

        private Slug Programme(out bool units)
        {
            int at = _random.Next(programmes.Length);
            units = at == 0;
            return SlugOf(programmes[at]);
        }

        private long Some(int most) => _random.Next(1, most + 1);

        private static void Nothing(JournalEntry entry)
        {
        }

        private static Slug SlugOf(string name) => Slug.Parse(name.Split('/')[^1]);

        private static OpaqueId Id(string name) =>
            OpaqueId.From(EntryId.Of("history", new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name))[..16])));
    }
}
