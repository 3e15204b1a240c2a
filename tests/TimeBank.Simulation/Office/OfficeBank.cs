using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// The bank, which no fault of ours reaches: it carries out files, once each payment, and writes lines. What it says is the truth that the
/// ledger must come to.
/// </summary>
internal sealed class OfficeBank(World world)
{
    private readonly List<BankLineSaid> _lines = [];
    private readonly SortedDictionary<string, List<PaymentState>> _words = new(StringComparer.Ordinal);
    private readonly Queue<BankLineSaid> _returns = new();

    public IReadOnlyList<BankLineSaid> Lines => _lines;

    /// <summary>Refusals, which are no lines: a notice says them.</summary>
    public List<BankLineSaid> Notices { get; } = [];

    /// <summary>What became of each payment that the bank got, in order.</summary>
    public IReadOnlyDictionary<string, List<PaymentState>> Words => _words;

    public long Balance => _lines.Sum(line => line.Fen);

    /// <summary>True once nothing goes wrong any more.</summary>
    public bool PaysAll { get; set; }

    public void Say(BankLineKind kind, long fen, DateOnly day) => Add(new BankLineSaid(0, kind, fen, day));

    /// <summary>Carries out a file. A payment that came in an earlier file is refused as a whole: it isn't paid twice.</summary>
    public void Take(string batch, ImmutableArray<OfficePayment> file, DateOnly day)
    {
        foreach (OfficePayment payment in file)
        {
            string name = OfficeEntries.Name(batch, payment.Number);
            if (_words.ContainsKey(name)) continue;
            var word = new BankLineSaid(0, BankLineKind.Paid, -payment.Fen, day, batch, payment.Number);
            if (!PaysAll && world.Chance.Permille(150))
            {
                _words[name] = [PaymentState.Rejected];
                Notices.Add(word with { Number = Notices.Count + 1, Kind = BankLineKind.Rejected });
                continue;
            }
            _words[name] = [PaymentState.Paid];
            Add(word);
            if (!PaysAll && world.Chance.Permille(200)) _returns.Enqueue(word with { Kind = BankLineKind.Returned, Fen = payment.Fen });
        }
    }

    /// <summary>A day passes: a payment of some days ago may come back, and other money moves.</summary>
    public void Pass(DateOnly day)
    {
        if (_returns.Count > 0 && (PaysAll || world.Chance.Permille(300)))
        {
            BankLineSaid comesBack = _returns.Dequeue() with { Day = day };
            _words[OfficeEntries.Name(comesBack.Batch, comesBack.Payment)].Add(PaymentState.Returned);
            Add(comesBack);
        }
        if (PaysAll) return;
        if (world.Chance.Permille(60)) Say(BankLineKind.Fee, -world.Chance.Between(1, 50), day);
        if (world.Chance.Permille(60)) Say(BankLineKind.Interest, world.Chance.Between(1, 500), day);
        if (world.Chance.Permille(60)) Say(BankLineKind.Unknown, world.Chance.Between(1, 500) * (world.Chance.Permille(700) ? 1 : -1), day);
    }

    public void PassAll(DateOnly day)
    {
        while (_returns.Count > 0) Pass(day);
    }

    private void Add(BankLineSaid line)
    {
        line = line with { Number = _lines.Count + 1 };
        _lines.Add(line);
        world.Note($"the bank says {line}");
    }
}

/// <summary>A line of the bank's statement, or a notice.</summary>
internal sealed record BankLineSaid(int Number, BankLineKind Kind, long Fen, DateOnly Day, string Batch = "", int Payment = 0);

/// <summary>What a line is.</summary>
internal enum BankLineKind
{
    Receipt,
    Paid,
    Rejected,
    Returned,
    Fee,
    Interest,
    Unknown,
}
