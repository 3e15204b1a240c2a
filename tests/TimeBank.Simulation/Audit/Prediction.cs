using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The outcome that a command must have at some point of the journal.</summary>
internal sealed class Prediction
{
    public Refusal? Refusal { get; init; }

    public List<Move> Moves { get; } = [];

    /// <summary>The payer's and the payee's account after each move.</summary>
    public List<(Book Payer, Book Payee)> After { get; } = [];

    public List<Book> Opened { get; } = [];

    public List<(int Account, int Flags)> Changes { get; } = [];

    /// <summary>Every touched account, in its future state.</summary>
    public Dictionary<string, Book> Touched { get; } = [];

    public int? Of { get; set; }
}
