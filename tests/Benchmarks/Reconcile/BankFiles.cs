using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Benchmarks.Reconcile;

/// <summary>
/// A bank's statement with running balances, and the payments that it says, each once: two tables as text, the same for the same seed.
/// All that they say is made up.
/// </summary>
internal sealed record BankFiles(string Statement, string Payments)
{
    /// <summary>The shipped profile that reads the statement.</summary>
    public const string Profile = "cmb-debit";

    public const int PerBatch = 100;

    private const int Days = 30, MostDaysLater = 3, LeastFen = 100, MostFen = 500_000;

    private static readonly DateOnly First = new(2026, 9, 1);

    /// <param name="count">How many lines and payments.</param>
    /// <returns>The files; <see cref="PerBatch"/> payments that follow each other are one settlement batch.</returns>
    public static BankFiles Write(string folder, string name, int count, int seed)
    {
        var random = new Random(seed);
        var made = new (DateOnly BookedOn, int Number, long Fen)[count];
        var files = new BankFiles(Path.Combine(folder, $"{name}-statement.csv"), Path.Combine(folder, $"{name}-payments.csv"));
        using (StreamWriter payments = new(files.Payments))
        {
            payments.Write("end_to_end_id,amount,day\n");
            DateOnly day = First;
            for (int number = 0; number < count; number++)
            {
                if (number % PerBatch == 0) day = First.AddDays(random.Next(Days));
                made[number] = (day.AddDays(random.Next(MostDaysLater)), number, random.Next(LeastFen, MostFen));
                payments.Write(string.Create(CultureInfo.InvariantCulture,
                    $"{EndToEndId(seed, number)},{Yuan(made[number].Fen)},{day:yyyy-MM-dd}\n"));
            }
        }
        // Days follow each other; within a day the bank has an order of its own.
        random.Shuffle(made);
        Array.Sort(made, (one, other) => one.BookedOn.CompareTo(other.BookedOn));
        using StreamWriter statement = new(files.Statement);
        statement.Write("记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要\n");
        long balance = made.Sum(payment => payment.Fen);
        foreach ((DateOnly bookedOn, int number, long fen) in made)
        {
            balance -= fen;
            statement.Write(string.Create(CultureInfo.InvariantCulture,
                $"{bookedOn:yyyy-MM-dd},人民币,-{Yuan(fen)},{Yuan(balance)},代发,演示机构{number % 997},{EndToEndId(seed, number)}\n"));
        }
        return files;
    }

    /// <summary>The batches that the payments are of, with the id, the day and the amounts in fen of each.</summary>
    public IEnumerable<(string Id, DateOnly Day, long[] Fen)> Batches() => File.ReadLines(Payments).Skip(1).Chunk(PerBatch).Select(rows =>
    {
        string[] first = rows[0].Split(',');
        return (first[0].Split('-')[0], DateOnly.ParseExact(first[2], "yyyy-MM-dd", CultureInfo.InvariantCulture),
            rows.Select(row => long.Parse(row.Split(',')[1].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))
                .ToArray());
    });

    /// <summary>As the product sends it: batch and number.</summary>
    private static string EndToEndId(int seed, int number)
    {
        OpaqueId batch = OpaqueId.From(EntryId.Of("bench", Guid.Empty, $"{seed}/{number / PerBatch}"));
        return string.Create(CultureInfo.InvariantCulture, $"{batch}-{(number % PerBatch) + 1:D3}");
    }

    private static string Yuan(long fen) => string.Create(CultureInfo.InvariantCulture, $"{fen / 100}.{fen % 100:D2}");
}
