using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// The people of a world's terminals, all at once: who accepts vouchers without a network and sends receipts, clerks who redeem the same
/// vouchers with a network, refund, void and expire them, who revokes terminals, and finance, which declares receipts lost.
/// </summary>
internal sealed class TerminalPeople(World world, Terminals terminals)
{
    private const long Opening = 40_000_000;

    private static readonly Slug Bank = Slug.Parse("terminal"), Fund = Slug.Parse("terminal");
    private static readonly Slug[] Programmes = [Slug.Parse("terminal-1"), Slug.Parse("terminal-2")];

    private readonly List<TerminalVoucher> _vouchers = [];
    private readonly List<TerminalCode> _papers = [];
    private readonly int _turns = 15 + world.Chance.Below(35);

    public async Task LiveAsync()
    {
        await BeginAsync();
        await Task.WhenAll([.. terminals.Devices.Select(LiveAsync), ClerkAsync()]);
    }

    private async Task BeginAsync()
    {
        DateOnly day = terminals.Today;
        await terminals.WriteAsync(terminals.NewId(), day, new Draft(
            Terminals.Post(EntryCode.ReceiveMoney, new Leg("bank/terminal", "fund/terminal/available", "CNY", Opening)),
            header => MoneyEntries.Receive(header, Bank, Fund, new Fen(Opening))));
        foreach (Slug programme in Programmes)
        {
            await terminals.WriteAsync(terminals.NewId(), day, new Draft(
                Terminals.Post(EntryCode.AllotFunds,
                    new Leg("fund/terminal/available", $"programme/{programme}/allotted", "CNY", Opening / 2)),
                header => MoneyEntries.Allot(header, programme, [(Fund, new Fen(Opening / 2))])));
        }
        int vouchers = 3 + world.Chance.Below(8);
        for (int number = 1; number <= vouchers; number++) await IssueAsync(number);
    }

    private async Task IssueAsync(int number)
    {
        Chance chance = world.Chance;
        bool isMoney = chance.Permille(600), persists = isMoney && chance.Permille(250);
        DateOnly useBy = persists ? VoucherTerms.Never : new DateOnly(2026, 10, (int)chance.Between(5, 14));
        var terms = new VoucherTerms(
            OpaqueId.Parse("E0TERM000001"), chance.Of(Programmes), isMoney ? VoucherKind.Money : VoucherKind.Units,
            isMoney ? Unit.Fen : Unit.Meal, [isMoney ? ServiceType.Care : ServiceType.Meal],
            new Fen(isMoney ? 0 : chance.Between(100, 1_500)), new DateOnly(2026, 10, (int)chance.Between(1, 6)), useBy,
            persists ? useBy : useBy.AddDays((int)chance.Between(0, 5)));
        var voucher = new TerminalVoucher(
            OpaqueId.Parse($"V0TERM{number:D6}"), terms, isMoney ? chance.Between(500, 15_000) : chance.Between(1, 9), terminals.NewId());
        Leg[] legs = isMoney ? [new Leg($"programme/{terms.Programme}/allotted", voucher.Path, "CNY", voucher.Amount)]
            :
            [
                new Leg($"programme/{terms.Programme}/units", voucher.Path, terms.Unit.Code, voucher.Amount),
                new Leg($"programme/{terms.Programme}/allotted", $"programme/{terms.Programme}/committed", "CNY",
                    voucher.Amount * terms.UnitPrice.Value),
            ];
        Outcome? issued = await terminals.WriteAsync(voucher.Issued, terminals.Today, new Draft(
            Terminals.Post(EntryCode.IssueVoucher, legs) with { Opens = (voucher.Path, terms.Elder.Text) },
            header => VoucherEntries.Issue(header, voucher.Id, terms, voucher.Amount)));
        if (issued?.Entry is not { } entry) return;
        _vouchers.Add(voucher);
        _papers.Add(terminals.Print(voucher, voucher.Amount, entry.Index));
    }

    private async Task LiveAsync(Terminal of)
    {
        Chance chance = world.Chance;
        for (int turn = 0; turn < _turns; turn++)
        {
            switch (chance.Below(100))
            {
                case < 50:
                    if (_papers.Count > 0) of.Accept(chance.Of(_papers), terminals.Now);
                    break;
                case < 74:
                    // Where nobody answers, somebody blames the terminal.
                    if (!await terminals.CallAsync(new TerminalCall(of, [.. of.Batch()])) && chance.Permille(200))
                        of.Break(asAWhole: true);
                    break;
                case < 79:
                    of.KnowList(terminals.NewList());
                    break;
                case < 90:
                    of.Copy();
                    break;
                case < 92:
                    of.Break(asAWhole: chance.Permille(200));
                    break;
                case < 93:
                    await terminals.CallAsync(new TerminalCall(
                        of, RevokedSince: terminals.Now + TimeSpan.FromMinutes(chance.Between(-900, 300))));
                    break;
                case < 97:
                    if (terminals.Store.Open(of.Id) is { Count: > 0 } open)
                        await terminals.CallAsync(new TerminalCall(of, Lost: chance.Of(open)));
                    break;
                default:
                    terminals.Pass(TimeSpan.FromMinutes(chance.Between(1, 900)));
                    break;
            }
            if (chance.Permille(200)) terminals.Pass(TimeSpan.FromMinutes(chance.Between(1, 60)));
            await world.DelayAsync(chance.Between(0, 60_000), "somebody at a terminal has thought");
        }
    }

    private async Task ClerkAsync()
    {
        Chance chance = world.Chance;
        for (int turn = 0; turn < _turns; turn++)
        {
            if (_vouchers.Count > 0)
            {
                TerminalVoucher voucher = chance.Of(_vouchers);
                await (chance.Below(100) switch
                {
                    < 35 => RedeemAsync(voucher),
                    < 55 => RefundAsync(),
                    < 85 => PrintAsync(voucher),
                    < 93 => EndAsync(voucher, EntryCode.VoidVoucher),
                    _ => EndAsync(voucher, EntryCode.ExpireVoucher),
                });
            }
            await world.DelayAsync(chance.Between(0, 150_000), "a clerk of vouchers has thought");
        }
    }

    /// <summary>With a network, of what the clerk believes that the voucher has.</summary>
    private async Task RedeemAsync(TerminalVoucher voucher)
    {
        Slug programme = voucher.Terms.Programme;
        var provider = OpaqueId.Parse("P0TERM000001");
        long amount = world.Chance.Between(1, voucher.IsMoney ? 3_000 : 3), whole = amount * voucher.Terms.UnitPrice.Value;
        EntryId id = terminals.NewId();
        terminals.Asks(new TerminalPaid(id, voucher, "", 0, "", amount));
        await terminals.WriteAsync(id, terminals.Today, voucher.IsMoney
            ? new Draft(
                Terminals.Post(EntryCode.RedeemVoucher, new Leg(voucher.Path, $"provider/{provider}/payable", "CNY", amount)),
                header => VoucherEntries.RedeemMoney(header, voucher.Id, provider, new Fen(amount)))
            : new Draft(
                Terminals.Post(EntryCode.RedeemVoucher,
                    new Leg(voucher.Path, $"programme/{programme}/units", voucher.Terms.Unit.Code, amount),
                    new Leg($"programme/{programme}/committed", $"provider/{provider}/payable", "CNY", whole)),
                header => VoucherEntries.RedeemUnits(header, voucher.Id, voucher.Terms, provider, amount, new Fen(whole))));
    }

    private async Task RefundAsync()
    {
        if (terminals.Paid.Count == 0) return;
        EntryId of = world.Chance.Of([.. terminals.Paid]).Id;
        await terminals.WriteAsync(terminals.NewId(), terminals.Today, new Draft(
            new Want(WantKind.Reverse, EntryCode.RefundRedemption) { Of = of }, header => VoucherEntries.Refund(header, of)));
    }

    private async Task PrintAsync(TerminalVoucher voucher)
    {
        if (await terminals.ReadAsync(voucher) is { } read) _papers.Add(terminals.Print(voucher, read.Left, read.Serial));
    }

    private async Task EndAsync(TerminalVoucher voucher, EntryCode code)
    {
        bool isDue = code == EntryCode.VoidVoucher ? world.Chance.Permille(300)
            : VoucherRule.MayExpire(voucher.Terms, terminals.Today);
        if (!isDue || await terminals.ReadAsync(voucher) is not { } read) return;
        (long left, VoucherTerms terms) = (read.Left, voucher.Terms);
        string allotted = $"programme/{terms.Programme}/allotted";
        Leg[] legs = voucher.IsMoney ? [new Leg(voucher.Path, allotted, "CNY", left)]
            :
            [
                new Leg(voucher.Path, $"programme/{terms.Programme}/units", terms.Unit.Code, left),
                new Leg($"programme/{terms.Programme}/committed", allotted, "CNY", left * terms.UnitPrice.Value),
            ];
        await terminals.WriteAsync(terminals.NewId(), terminals.Today, new Draft(
            Terminals.Post(code, legs), header => code == EntryCode.VoidVoucher
                ? VoucherEntries.Void(header, voucher.Id, terms, left) : VoucherEntries.Expire(header, voucher.Id, terms, left)));
    }
}
