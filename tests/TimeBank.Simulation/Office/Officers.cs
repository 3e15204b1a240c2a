using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// The people of the office, all at once: clerks who redeem and refund, makers and checkers of batches, whoever reads the bank's lines, and
/// whoever closes months. They see lists that may be old, try what isn't allowed, and send files, each once.
/// </summary>
internal sealed class Officers(World world, Office office)
{
    private const long Opening = 50_000_000, Allotted = 20_000_000, OnVoucher = 10_000_000;

    private static readonly string[] People = ["MAKER1", "MAKER2", "CHECKER"];

    private readonly string[] _providers = [.. Enumerable.Range(1, 1 + world.Chance.Below(4)).Select(number => $"H{number:D11}")];
    private readonly List<RedeemedAt> _redeemed = [];
    private readonly Dictionary<string, int> _refused = [];
    private readonly HashSet<int> _recorded = [], _suspended = [];
    private readonly HashSet<string> _sent = [];
    private readonly int _officers = 1 + world.Chance.Below(5), _turns = 15 + world.Chance.Below(30);
    private int _batches;

    public IReadOnlyList<string> Providers => _providers;

    public IReadOnlyList<RedeemedAt> Redeemed => _redeemed;

    public async Task LiveAsync()
    {
        office.Bank.Say(BankLineKind.Receipt, Opening, office.Today);
        await Task.WhenAll(Enumerable.Range(0, _officers).Select(officer => LiveAsync(officer)));
    }

    /// <summary>
    /// After all faults: what is unfinished is finished, what is under way arrives, and a last settlement pays all that is owed. Each
    /// provider has earned what it owes by then.
    /// </summary>
    public async Task SettleAsync()
    {
        await BeginAsync();
        await office.SettleAsync();
        await FinishAllAsync();
        office.PassDays(1);
        office.Bank.PassAll(office.Today);
        await FinishAllAsync();
        foreach (string provider in _providers) await RedeemAsync(provider, Opening / 100);
        await PrepareAsync(_providers, disputed: null);
        await FinishAllAsync();
        foreach (BankLineSaid line in office.Bank.Lines.Where(line => line.Kind == BankLineKind.Unknown)) await ClearAsync(line);
        await office.RepeatAsync();
    }

    private async Task LiveAsync(int officer)
    {
        Chance chance = world.Chance;
        if (officer == 0) await BeginAsync();
        for (int turn = 0; turn < _turns; turn++)
        {
            if (chance.Permille(300)) office.PassDays(1 + chance.Below(4));
            string provider = chance.Of(_providers);
            await (chance.Below(100) switch
            {
                < 25 => RedeemAsync(provider, chance.Between(1, 3_000)),
                < 35 => RefundAsync(),
                < 45 => PrepareAsync(chance.Permille(600) ? _providers : [provider], chance.Permille(200) ? Some(_redeemed) : null),
                < 70 => StepAsync(),
                < 85 => ReadBankAsync(),
                < 90 => RecordAgainAsync(),
                _ => MonthAsync(),
            });
            await world.DelayAsync(chance.Between(0, 50_000), "an officer has thought");
        }
    }

    /// <summary>Money for the programme, and one voucher that every redemption is taken from.</summary>
    private async Task BeginAsync()
    {
        await ReadLineAsync(office.Bank.Lines[0]);
        await office.WriteAsync(Begun("allot"), new DateOnly(2026, 10, 1), OfficeEntries.Allot(Allotted));
        await office.WriteAsync(Begun("issue"), new DateOnly(2026, 10, 1), OfficeEntries.Issue(OnVoucher));

        static EntryId Begun(string step) => EntryId.Of("OFFICE", Guid.Empty, step);
    }

    private async Task RedeemAsync(string provider, long fen)
    {
        EntryId id = office.NewId();
        _redeemed.Add(new RedeemedAt(id, provider, fen));
        // Some slips of the last day of a month come in the next one, before its close or after it.
        DateOnly day = world.Chance.Permille(150) ? office.Today.AddDays(-office.Today.Day) : office.Today;
        await office.WriteAsync(id, day, OfficeEntries.Redeem(provider, fen));
    }

    private async Task RefundAsync()
    {
        if (Some(_redeemed) is { } redemption) await office.AskAsync(Step(OfficeStepKind.Refund, world.Chance.Of(People)) with
        {
            Redemption = redemption,
        });
    }

    private async Task PrepareAsync(string[] providers, RedeemedAt? disputed) => await office.AskAsync(
        Step(OfficeStepKind.Prepare, world.Chance.Of(People)) with
        {
            Batch = $"S{++_batches:D11}",
            Providers = [.. providers],
            Redemption = disputed,
        });

    /// <summary>The next step of some batch, or one that isn't allowed.</summary>
    private async Task StepAsync()
    {
        if (Some([.. office.Stored.Batches.Values]) is not { } batch) return;
        Chance chance = world.Chance;
        OfficeStepKind next = batch.State switch
        {
            SettlementState.Draft => chance.Permille(100) ? OfficeStepKind.Withdraw : OfficeStepKind.Submit,
            SettlementState.Submitted => chance.Permille(150) ? OfficeStepKind.Withdraw : OfficeStepKind.Approve,
            SettlementState.Approved => OfficeStepKind.Export,
            SettlementState.Exported when !_sent.Contains(batch.Id) && chance.Permille(600) =>
                batch.AskedBy.Length > 0 ? OfficeStepKind.WithdrawExport : OfficeStepKind.AskToWithdrawExport,
            _ => OfficeStepKind.Export,
        };
        if (chance.Permille(150)) next = (OfficeStepKind)chance.Between((int)OfficeStepKind.Submit, (int)OfficeStepKind.WithdrawExport);
        if (next == OfficeStepKind.Export && batch.State == SettlementState.Exported) await SendAsync(batch);
        else await StepAsync(batch, next);
    }

    private async Task StepAsync(OfficeBatch batch, OfficeStepKind kind)
    {
        // Some payments of an export are withheld. Some steps are asked for again, by somebody who hasn't heard of the first.
        bool withholds = kind == OfficeStepKind.Export && !office.Bank.PaysAll && world.Chance.Permille(200);
        do await office.AskAsync(Step(kind, world.Chance.Of(People)) with
        {
            Batch = batch.Id,
            Payment = withholds ? 1 + world.Chance.Below(3) : 0,
        });
        while (!office.Bank.PaysAll && world.Chance.Permille(250));
    }

    /// <summary>Brings an exported file to the bank. From then on nobody withdraws it.</summary>
    private async Task SendAsync(OfficeBatch batch)
    {
        if (!_sent.Add(batch.Id)) return;
        office.Bank.Take(batch.Id, [.. batch.Payments.Where(payment => payment.State == PaymentState.Approved)], office.Today);
        await world.DelayAsync(world.Chance.Between(0, 5_000), "the bank has a file");
    }

    private async Task ReadBankAsync()
    {
        BankLineSaid[] said = [.. office.Bank.Lines, .. office.Bank.Notices];
        foreach (BankLineSaid line in said.Where(line => !_recorded.Contains(Key(line))))
        {
            if (world.Chance.Permille(700)) await ReadLineAsync(line);
        }
        if (office.Bank.Lines.FirstOrDefault(line => line.Kind == BankLineKind.Unknown && _suspended.Contains(line.Number)) is { } unknown)
            await ClearAsync(unknown);
    }

    private async Task ReadLineAsync(BankLineSaid line)
    {
        if (line.Batch.Length > 0)
        {
            EntryId id = EntryId.Of("bank", Guid.Empty, $"{line.Kind}/{line.Number}");
            if (await office.AskAsync(WordOf(line, id)) is { Refused: null }) _recorded.Add(Key(line));
            return;
        }
        Draft draft = line.Kind switch
        {
            BankLineKind.Receipt => OfficeEntries.Receive(line.Fen),
            BankLineKind.Fee => OfficeEntries.Fee(-line.Fen),
            BankLineKind.Interest => OfficeEntries.Interest(line.Fen),
            _ => OfficeEntries.Suspend(line.Fen),
        };
        if (!await WriteLineAsync("", line, draft)) return;
        _recorded.Add(Key(line));
        if (line.Kind == BankLineKind.Unknown) _suspended.Add(line.Number);
    }

    /// <summary>Writes a line's entry. A refusal stays with its id, so the next try has another one.</summary>
    private async Task<bool> WriteLineAsync(string step, BankLineSaid line, Draft draft)
    {
        string name = $"{step}{line.Kind}/{line.Number}";
        int refused = _refused.GetValueOrDefault(name);
        Outcome? outcome = await office.WriteAsync(EntryId.Of("bank", Guid.Empty, $"{name}/{refused}"), line.Day, draft);
        if (outcome?.Refusal is not null) _refused[name] = refused + 1;
        return outcome is { Refusal: null };
    }

    private async Task ClearAsync(BankLineSaid line)
    {
        if (await WriteLineAsync("clear ", line, OfficeEntries.Clear(line.Fen))) _suspended.Remove(line.Number);
    }

    /// <summary>Somebody records by hand what was recorded already, or will be, or never was said.</summary>
    private async Task RecordAgainAsync()
    {
        BankLineSaid[] said = [.. office.Bank.Lines.Where(line => line.Batch.Length > 0), .. office.Bank.Notices];
        if (said.Length == 0) return;
        await office.AskAsync(WordOf(world.Chance.Of(said), office.NewId()) with
        {
            Kind = OfficeStepKind.Record,
            Actor = world.Chance.Of(People),
            Day = office.Today,
        });
    }

    private async Task MonthAsync()
    {
        Chance chance = world.Chance;
        // Mostly the last month that is over.
        var month = Month.Parse($"{office.Today.AddMonths(chance.Permille(800) ? -1 : -chance.Below(3)):yyyy-MM}");
        if (chance.Permille(150))
        {
            // Another office closes days by what it believes is closed.
            DateOnly? believed = chance.Permille(500) ? null : month.First.AddDays(-1);
            await office.WriteAsync(office.NewId(), office.Today, OfficeEntries.MoveDays(believed, month.Last));
            return;
        }
        OfficeStepKind kind = office.Stored.Months.GetValueOrDefault(month.ToString())?.State switch
        {
            null or PeriodState.Open => OfficeStepKind.CloseMonth,
            PeriodState.Prepared => chance.Permille(700) ? OfficeStepKind.SignMonth : OfficeStepKind.WithdrawMonth,
            _ => OfficeStepKind.ReopenMonth,
        };
        if (chance.Permille(200)) kind = (OfficeStepKind)chance.Between((int)OfficeStepKind.CloseMonth, (int)OfficeStepKind.ReopenMonth);
        await office.AskAsync(Step(kind, chance.Of(People)) with { Month = month });
    }

    /// <summary>Leads every batch and every line to its end, one after the other.</summary>
    private async Task FinishAllAsync()
    {
        foreach (string id in office.Stored.Batches.Keys.ToArray())
        {
            if (Of(id).State == SettlementState.Draft) await StepAsync(Of(id), OfficeStepKind.Submit);
            foreach (string person in People)
            {
                if (Of(id).State != SettlementState.Submitted) break;
                await office.AskAsync(Step(OfficeStepKind.Approve, person) with { Batch = id });
            }
            if (Of(id).State == SettlementState.Submitted) await StepAsync(Of(id), OfficeStepKind.Withdraw);
            if (Of(id).State == SettlementState.Approved) await StepAsync(Of(id), OfficeStepKind.Export);
            if (Of(id).State == SettlementState.Exported) await SendAsync(Of(id));
        }
        foreach (BankLineSaid line in office.Bank.Lines.Concat(office.Bank.Notices).ToArray()) await ReadLineAsync(line);

        OfficeBatch Of(string id) => office.Stored.Batches[id];
    }

    private OfficeStep WordOf(BankLineSaid line, EntryId id) => new(id, OfficeStepKind.RecordLine, "BANK", line.Day)
    {
        Batch = line.Batch, Payment = line.Payment,
        Word = (line.Kind switch
        {
            BankLineKind.Paid => PaymentState.Paid,
            BankLineKind.Rejected => PaymentState.Rejected,
            _ => PaymentState.Returned,
        }, Math.Abs(line.Fen)),
    };

    private OfficeStep Step(OfficeStepKind kind, string actor) => new(office.NewId(), kind, actor, office.Today);

    private static int Key(BankLineSaid line) => line.Kind == BankLineKind.Rejected ? -line.Number : line.Number;

    private T? Some<T>(IReadOnlyList<T> asked)
        where T : class => asked.Count == 0 ? null : world.Chance.Of(asked);
}
