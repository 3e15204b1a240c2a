using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>What must come of a command at some point of the journal.</summary>
internal sealed class Prediction
{
    public Refusal? Refusal { get; init; }

    public List<Move> Moves { get; } = [];

    /// <summary>After each move, the payer's and the payee's account.</summary>
    public List<(Book Payer, Book Payee)> After { get; } = [];

    public List<Book> Opened { get; } = [];

    public List<(int Account, int Flags)> Changes { get; } = [];

    /// <summary>Every account that is touched, as it will be.</summary>
    public Dictionary<string, Book> Touched { get; } = [];

    public int? Of { get; set; }
}
