using System.Collections.Immutable;
using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>
/// The terminals of a world, their vouchers, the server that decides their receipts, which crashes, and the way to it. Calls and answers
/// are lost, doubled and late. It has a calendar of its own, because receipts are a matter of hours and days.
/// </summary>
internal sealed class Terminals
{
    public const string Region = "430211";

    private const int MostAttempts = 8, MostAttemptsAtLast = 40;
    private const long Patience = 4_000_000, LastPatience = 3_600_000_000;

    private readonly World _world;
    private readonly Network _network;
    private readonly Auditor _auditor;
    private readonly FaultPlan _plan;
    private readonly VoucherSigner _signer, _other;
    private readonly SortedDictionary<long, DateTimeOffset> _lists = [];
    private readonly List<(EntryId Id, DateOnly Day, Draft Draft)> _entries = [];
    private readonly Dictionary<EntryId, TerminalPaid> _paid = [];
    private TerminalServer _server;
    private int _servers, _ids;
    private bool _isCalm;

    public Terminals(World world, Network network, Auditor auditor, FaultPlan plan)
    {
        (_world, _network, _auditor, _plan) = (world, network, auditor, plan);
        Store = new TerminalStore(world, plan, auditor, () => !_isCalm && !plan.IsQuiet);
        Rules = new TerminalRules(world, this);
        string name = VoucherSigner.NameOf("timebank.example", Region);
        _signer = TerminalKeys.Of(world.Chance.Bytes(32)).VoucherSigner(name);
        _other = TerminalKeys.Of(world.Chance.Bytes(32)).VoucherSigner(name);
        Devices = [.. Enumerable.Range(1, 1 + world.Chance.Below(4)).Select(number => new Terminal(
            world, Region, $"D0TERM{number:D6}", $"P0TERM{1 + world.Chance.Below(2):D6}", Now))];
        _server = NewServer();
    }

    public TerminalStore Store { get; }

    public TerminalRules Rules { get; }

    public IReadOnlyList<Terminal> Devices { get; }

    /// <summary>Every code that was ever shown, by its text.</summary>
    public Dictionary<string, TerminalCode> Codes { get; } = [];

    public IReadOnlyCollection<TerminalPaid> Paid => _paid.Values;

    public VerifierKey VoucherKey => _signer.Key;

    /// <summary>The clock of everybody but the terminals.</summary>
    public DateTimeOffset Now { get; private set; } = new(2026, 10, 5, 0, 0, 0, TimeSpan.Zero);

    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime.AddHours(8));

    /// <summary>The id of a receipt's entry: it comes from device and counter alone.</summary>
    public static EntryId IdOf(string device, long counter) => EntryId.Of($"device/{device}", new Guid((int)counter, 0, 0, new byte[8]));

    public static Draft Refuse(Refusal refusal) => new(
        new Want(WantKind.Refuse, EntryCode.RedeemVoucher) { Refusal = refusal },
        header => Entries.Refuse(header, EntryCode.RedeemVoucher, refusal));

    public void MayCrash()
    {
        if (_isCalm || !_server.IsAlive || _plan.CrashPerMillion == 0 || _world.Chance.Below(1_000_000) >= _plan.CrashPerMillion) return;
        _server.Crash();
        foreach (Terminal of in Devices) Forgets(of);
        _world.After(_world.Chance.Between(100, 500_000), "the terminals' server starts", () => _server = NewServer());
    }

    public void Calm() => _isCalm = true;

    public void Forgets(Terminal of) => Rules.Forgets(of);

    public void Pass(TimeSpan time) => Now += time;

    public EntryId NewId() => EntryId.Of("TERMINALS", new Guid(++_ids, 0, 0, new byte[8]));

    /// <summary>A new list for terminals. Its number is how many entries the journal has.</summary>
    public long NewList()
    {
        _lists.TryAdd(_auditor.Model.Size, Now);
        return _auditor.Model.Size;
    }

    /// <summary>When a list with this number can have been made; far in the future for one that was never made.</summary>
    public DateTimeOffset ListMade(long number) => number == 0 ? default
        : _lists.TryGetValue(number, out DateTimeOffset made) ? made : DateTimeOffset.MaxValue - TimeSpan.FromMinutes(5);

    /// <summary>A voucher's code as somebody prints it, or as a forger does.</summary>
    public TerminalCode Print(TerminalVoucher voucher, long left, long serial)
    {
        bool isGenuine = !_world.Chance.Permille(60), fits = !_world.Chance.Permille(60);
        var facts = new VoucherFacts(voucher.Id, voucher.Terms, left, VoucherEnd.None);
        long allowed = OfflineRule.Amount(facts, PolicyHistory.BuiltIn.At(Today).Vouchers.Offline);
        if (allowed != TerminalRules.AllowedOf(voucher, left))
            throw _world.Report($"a code of {voucher.Id} with {left} allows {allowed} offline");
        // The paper of a voucher that never expires is good for some days; another day on it is no forgery.
        DateOnly useBy = voucher.Terms.Expires ? voucher.Terms.UseBy.AddDays(fits ? 0 : 1) : Today.AddDays(_world.Chance.Below(4));
        ServiceType[] types = fits || voucher.Terms.Expires ? [.. voucher.Terms.ServiceTypes] : [ServiceType.Medical];
        var claims = new VoucherClaims(
            Region, voucher.Id.Text, "0123456789ab", VoucherClaims.BitsOf(types.Select(type => (int)type)), allowed,
            voucher.Terms.Unit.Code, useBy, serial);
        var code = new TerminalCode(
            VoucherCode.Sign(claims, isGenuine ? _signer : _other), voucher, isGenuine, fits, useBy, allowed, serial);
        return Codes[code.Text] = code;
    }

    public void Asks(TerminalPaid paid) => _paid[paid.Id] = paid;

    /// <summary>What terminals have taken of a voucher since a code was made, less what was refunded.</summary>
    public long TakenOffline(TerminalCode code) => _paid.Values
        .Where(paid => paid.Counter > 0 && paid.Voucher.Id == code.Says.Id && _auditor.Fates.GetValueOrDefault(paid.Id)?.Index is { } index
            && index > code.Serial && !_auditor.Model.Entries[index].IsReversed)
        .Sum(paid => paid.Amount);

    /// <summary>The code of the last stored entry that took something from a voucher; null where there is none.</summary>
    public EntryCode? LastOf(TerminalVoucher voucher) => _auditor.Fates.Values
        .Where(fate => fate.Index is not null && fate.Intent.Want.Legs.Any(leg => leg.Debit == voucher.Path))
        .MaxBy(fate => fate.Index)?.Intent.Want.Code;

    /// <summary>What a receipt's redemption moves.</summary>
    public Want WantOf(TerminalPaid paid, OfflineReceipt receipt)
    {
        VoucherTerms terms = paid.Voucher.Terms;
        string payable = $"provider/{receipt.Provider}/payable", committed = $"programme/{terms.Programme}/committed";
        if (paid.Voucher.IsMoney) return Post(EntryCode.RedeemVoucher, new Leg(paid.Voucher.Path, payable, "CNY", paid.Amount));
        long whole = paid.Amount * terms.UnitPrice.Value, price = Math.Min(receipt.PriceFen - receipt.InsuranceFen, whole);
        Leg[] legs =
        [
            new(paid.Voucher.Path, $"programme/{terms.Programme}/units", terms.Unit.Code, paid.Amount),
            new(committed, payable, "CNY", price),
            new(committed, $"programme/{terms.Programme}/allotted", "CNY", whole - price),
        ];
        return Post(EntryCode.RedeemVoucher, [.. legs.Where(leg => leg.Amount > 0)]);
    }

    public static Want Post(EntryCode code, params Leg[] legs) => new(WantKind.Post, code) { Legs = legs };

    /// <summary>A command, the same of the same.</summary>
    /// <param name="about">What tells two commands of one meaning apart, such as a receipt's digest.</param>
    public Intent Intent(EntryId id, string actor, DateOnly day, Draft draft, EntryDetails details, string about = "")
    {
        string words = string.Join('\n', details.Select(detail => $"{detail.Key}={detail.Value}"));
        var command = Digest.Of(Encoding.UTF8.GetBytes($"{about}\n{draft.Want}\n{draft.Want.Refusal?.Detail}\n{words}"));
        if (_auditor.IntentOf(id, command.ToString()) is { } same) return same;
        var header = new EntryHeader(id, command, actor, "", day, "p1", draft.Want.Memo, details);
        var intent = new Intent(header, draft.Want, draft.Make(header));
        _auditor.Wants(intent);
        _world.Note($"a terminal's world wants {intent}");
        return intent;
    }

    /// <summary>Writes an entry until its outcome is known. Null where somebody gave up; <see cref="SettleAsync"/> asks again.</summary>
    public async Task<Outcome?> WriteAsync(EntryId id, DateOnly day, Draft draft)
    {
        if (!_entries.Exists(entry => entry.Id == id)) _entries.Add((id, day, draft));
        Intent intent = Intent(id, "CLERK", day, draft, EntryHeader.NoDetails);
        for (int attempt = 1; attempt <= (_isCalm ? MostAttemptsAtLast : MostAttempts); attempt++)
        {
            Outcome? outcome = await _network.SubmitAsync(intent, Patience);
            if (OfficeIntents.IsKnown(outcome)) return outcome;
            await _world.DelayAsync(_world.Chance.Between(100, 200_000), "a clerk tries again");
        }
        return _isCalm ? throw _world.Report($"nobody answers {intent}, though nothing fails any more") : null;
    }

    /// <summary>Reads what a voucher has; null where nobody answers.</summary>
    public async Task<(long Left, long Serial)?> ReadAsync(TerminalVoucher voucher)
    {
        if (await _network.AccountsAsync([voucher.Path]) is not [var account] || account.Counters.DebitRoom == 0) return null;
        return (account.Counters.DebitRoom, Store.Last(account.Number)?.Index ?? 0);
    }

    /// <summary>Calls the server. A terminal hears its answers. False where nobody answered.</summary>
    public async Task<bool> CallAsync(TerminalCall call)
    {
        for (int attempt = 1; attempt <= (_isCalm ? MostAttemptsAtLast : 1 + _world.Chance.Below(3)); attempt++)
        {
            if (await SendAsync(call) is { IsDefault: false } answers)
            {
                if (!call.Receipts.IsDefault) call.Of.Hear(call.Receipts, answers);
                return true;
            }
            await _world.DelayAsync(_world.Chance.Between(100, 200_000), "a terminal tries again");
        }
        return _isCalm ? throw _world.Report($"nobody answers {call}, though nothing fails any more") : false;
    }

    /// <summary>
    /// After all faults: everything is sent, finance ends what has no answer, and then everything is sent once more.
    /// Nothing waits any more, and the second time nothing changes.
    /// </summary>
    public async Task SettleAsync()
    {
        foreach ((EntryId id, DateOnly day, Draft draft) in _entries.ToArray()) await WriteAsync(id, day, draft);
        // Clocks that were ahead are waited for.
        Pass(TimeSpan.FromHours(60));
        foreach (Terminal of in Devices)
        {
            await SendAllAsync(of);
            for (int lost = 0; Store.Open(of.Id) is { Count: > 0 } open; lost++)
            {
                if (lost > of.Signed.Count) throw _world.Report($"receipts of {of.Id} wait for ever: {string.Join(", ", open)}");
                await CallAsync(new TerminalCall(of, Lost: open[0]));
                await SendAllAsync(of);
            }
        }
        int entries = _auditor.Model.Size;
        foreach (Terminal of in Devices) await SendAllAsync(of);
        if (_auditor.Model.Size != entries) throw _world.Report("receipts that came again wrote something new");
    }

    private async Task SendAllAsync(Terminal of)
    {
        foreach (byte[][] some in of.All().Chunk(100)) await CallAsync(new TerminalCall(of, [.. some]));
    }

    private Task<ImmutableArray<TerminalVerdict>> SendAsync(TerminalCall call)
    {
        var answer = new TaskCompletionSource<ImmutableArray<TerminalVerdict>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.After(_isCalm ? LastPatience : Patience, "the terminals' server doesn't answer", () => answer.TrySetResult(default));
        int times = Strikes(_plan.LostRequests) ? 0 : Strikes(_plan.DoubledRequests) ? 2 : 1;
        for (int time = 0; time < times; time++)
        {
            _world.After(_world.Chance.Between(50, 1_000), $"a terminal's call: {call}", () =>
            {
                if (_server.IsAlive) _server.Carry(call, result =>
                {
                    if (!Strikes(_plan.LostAnswers)) _world.After(_world.Chance.Between(50, 1_000), "a terminal is answered", () =>
                        answer.TrySetResult(result));
                });
            });
        }
        return answer.Task;
    }

    private bool Strikes(int permille) => !_isCalm && _world.Chance.Permille(permille);

    private TerminalServer NewServer() => new(_world, _network, _auditor, this, $"terminals-{++_servers}");
}
