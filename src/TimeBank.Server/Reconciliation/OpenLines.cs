using System.Collections;
using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The open lines of an account, in the order of their numbers, as matching wants them. A line that says no more than a day, an amount and
/// a text is kept as these, and made whenever somebody looks: a run holds a million of them. Names of counterparties match nothing.
/// </summary>
internal sealed class OpenLines : IReadOnlyList<BankLine>
{
    private readonly List<Kept> _lines = [];

    public int Count => _lines.Count;

    public BankLine this[int index] => _lines[index].ToLine();

    public long NumberAt(int index) => _lines[index].Number;

    public void Add(long number, BankLine line) => _lines.Add(new Kept(
        number, line.BookedOn, line.Flow, line.Amount, line.Text,
        line is { CounterpartyAccount: null, EndToEndId: null, BatchId: null, FeeMilliFen: 0, Details: [] } ? null : line));

    /// <summary>Where the line is; below zero where it isn't open.</summary>
    public int PlaceOf(long number)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            if (NumberAt(middle) == number) return middle;
            if (NumberAt(middle) < number) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    /// <summary>Those whose places are not marked.</summary>
    public OpenLines Without(bool[] marked)
    {
        var rest = new OpenLines();
        rest._lines.AddRange(_lines.Where((_, place) => !marked[place]));
        return rest;
    }

    public IEnumerator<BankLine> GetEnumerator() => _lines.Select(line => line.ToLine()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private readonly record struct Kept(long Number, DateOnly Day, MoneyFlow Flow, Fen Amount, string Text, BankLine? Whole)
    {
        public BankLine ToLine() =>
            Whole ?? new BankLine { FileLine = 0, BookedOn = Day, Flow = Flow, Amount = Amount, Text = Text };
    }
}
