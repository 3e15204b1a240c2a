using System.Collections;
using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A thing of ours in a few numbers.</summary>
/// <param name="Name">A payment's batch; the whole name of anything else.</param>
/// <param name="Number">A payment's number in its batch; 0 of anything else.</param>
/// <param name="IsPaid">As <see cref="ExpectedPayment.IsPaid"/>.</param>
/// <param name="Payee">As <see cref="ExpectedPayment.PayeeAccountHash"/>.</param>
internal readonly record struct ExpectedItem(
    string Name, int Number, Fen Amount, MoneyFlow Flow, DateOnly DueOn, bool IsPaid, string? Payee)
{
    public string Item => Number > 0 ? BankItem.Payment(Name, Number) : Name;

    public ExpectedPayment ToPayment()
    {
        string? sent = Number > 0 ? SettlementContract.EndToEndId(Name, Number) : null;
        return new ExpectedPayment
        {
            Id = sent ?? Name, EndToEndId = sent, BatchId = Number > 0 ? Name : null, Amount = Amount, Flow = Flow, DueOn = DueOn,
            IsPaid = IsPaid, PayeeAccountHash = Payee,
        };
    }
}

/// <summary>
/// What is expected, as payments that are made whenever somebody looks: a run has a million of them, and their ids would take most of its
/// memory.
/// </summary>
internal sealed class ExpectedItems : IReadOnlyList<ExpectedPayment>
{
    private readonly List<ExpectedItem> _items = [];

    public int Count => _items.Count;

    public ExpectedPayment this[int index] => _items[index].ToPayment();

    public string ItemAt(int index) => _items[index].Item;

    public void Add(ExpectedItem item) => _items.Add(item);

    public IEnumerator<ExpectedPayment> GetEnumerator() => _items.Select(item => item.ToPayment()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The names of what is expected, one for one, made in the same way.</summary>
internal sealed class ExpectedNames(ExpectedItems items) : IReadOnlyList<string>
{
    public int Count => items.Count;

    public string this[int index] => items.ItemAt(index);

    public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(items.ItemAt).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
