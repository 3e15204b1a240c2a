using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger.Tests;

/// <summary>A transfer of a script's line: <c>p>q 10</c> moves exactly 10, <c>p>q 10~</c> at most 10.</summary>
internal sealed record Leg(AccountName Debit, AccountName Credit, long Amount, bool AtMost)
{
    public static ImmutableArray<Leg> ParseAll(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    public ProposedTransfer ToTransfer() => new(Debit.ToSpec(), Credit.ToSpec(), Amount, AtMost);

    private static Leg Parse(string text)
    {
        string[] words = text.Split(' '), accounts = words[0].Split('>');
        return new Leg(AccountName.Parse(accounts[0]), AccountName.Parse(accounts[1]),
            long.Parse(words[1].TrimEnd('~'), CultureInfo.InvariantCulture), words[1].EndsWith('~'));
    }
}
