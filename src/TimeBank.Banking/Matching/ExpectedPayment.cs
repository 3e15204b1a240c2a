using System.Collections;
using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>A payment that the ledger expects to see at the bank, or saw there before.</summary>
public sealed record ExpectedPayment
{
    /// <summary>Our own id; it may stand in a line's text.</summary>
    public required string Id { get; init; }

    /// <summary>The id that was sent with the payment; null: our own id was.</summary>
    public string? EndToEndId { get; init; }

    /// <summary>The order that the payment was sent in, which a bank may book as one line.</summary>
    public string? BatchId { get; init; }

    public required Fen Amount { get; init; }

    /// <summary>Which way the money is to go; <see cref="MoneyFlow.Neither"/> matches nothing.</summary>
    public required MoneyFlow Flow { get; init; }

    public required DateOnly DueOn { get; init; }

    /// <summary>The hash of the other side's account, by <see cref="MatchingPolicy.AccountHash"/>; null where it isn't known.</summary>
    public string? PayeeAccountHash { get; init; }

    /// <summary>Whether an earlier line paid it. Then only a line that brings the money back can name it.</summary>
    public bool IsPaid { get; init; }
}

/// <summary>The numbers of matching, from the policy of the day.</summary>
public sealed record MatchingPolicy
{
    /// <summary>How many days before its day a payment may be booked.</summary>
    public int DaysBefore { get; init; } = 3;

    /// <summary>How many days after its day.</summary>
    public int DaysAfter { get; init; } = 10;

    /// <summary>By how much an amount may differ and still be suggested.</summary>
    public Fen Tolerance { get; init; } = Fen.Zero;

    /// <summary>How many letters and digits of ours a text must hold to name a payment: shorter ones stand there by chance.</summary>
    public int ShortestReference { get; init; } = 6;

    /// <summary>The hash of an account in a line, to compare with a payee's; null: payees aren't compared.</summary>
    public Func<string, string>? AccountHash { get; init; }
}

/// <summary>How a match was found, in the order of the search.</summary>
public enum MatchPass
{
    /// <summary>The end-to-end id of the payment.</summary>
    EndToEndId,

    /// <summary>Our id or the batch's in the text of the line.</summary>
    Reference,

    /// <summary>The amount, the payee and the days are each other's only ones.</summary>
    AmountAndPayee,

    /// <summary>Amount and days are each other's only ones.</summary>
    AmountAndDay,

    /// <summary>One line has the sum of a batch, or of all open payments of one payee.</summary>
    BatchSum,

    /// <summary>All open lines of one payee have the sum of its one payment.</summary>
    SeveralLines,

    /// <summary>The only ones whose amounts differ by no more than the tolerance.</summary>
    Tolerance,

    /// <summary>Money that was paid comes back.</summary>
    Returned,
}

public enum MatchStanding
{
    /// <summary>A rule that can be named found exactly this: nobody needs to look.</summary>
    Confirmed,

    /// <summary>A person decides.</summary>
    Suggested,
}

/// <summary>Lines and payments that are the same money.</summary>
/// <param name="Lines">Places in the list of lines.</param>
/// <param name="Payments">Places in the list of payments.</param>
/// <param name="DifferenceFen">By how much the lines exceed the payments, without sides; 0 in nearly all.</param>
public sealed record PaymentMatch(MatchPass Pass, MatchStanding Standing, Places Lines, Places Payments, long DifferenceFen);

/// <summary>Lines and payments that fit each other in more than one way: shown, and never guessed.</summary>
public sealed record PaymentTie(MatchPass Pass, Places Lines, Places Payments);

/// <summary>
/// What matching found. A line is in one match or tie, or open. So is a payment, but a return and a second payment name it again.
/// </summary>
public sealed record MatchingResult(
    ImmutableArray<PaymentMatch> Matches, ImmutableArray<PaymentTie> Ties, ImmutableArray<int> OpenLines, ImmutableArray<int> OpenPayments);

/// <summary>Places in a list, rising. Nearly always one, which needs no array.</summary>
public readonly struct Places : IReadOnlyList<int>, IEquatable<Places>
{
    private readonly int only;
    private readonly int[]? all;

    public Places(int only) => this.only = only;

    public Places(ReadOnlySpan<int> places)
    {
        if (places.Length == 1)
        {
            only = places[0];
            return;
        }
        all = places.ToArray();
        Array.Sort(all);
    }

    public int Count => all?.Length ?? 1;

    public int this[int index] => all is not null ? all[index] : index == 0 ? only : throw new ArgumentOutOfRangeException(nameof(index));

    public static bool operator ==(Places left, Places right) => left.Equals(right);

    public static bool operator !=(Places left, Places right) => !left.Equals(right);

    public IEnumerator<int> GetEnumerator()
    {
        for (int at = 0; at < Count; at++) yield return this[at];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(Places other) => this.SequenceEqual(other);

    public override bool Equals(object? obj) => obj is Places other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Count, this.FirstOrDefault());

    public override string ToString() => $"[{string.Join(", ", this)}]";
}
