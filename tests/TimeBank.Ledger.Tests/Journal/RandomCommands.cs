using CsCheck;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Random script lines: mostly sensible, often at the limit of a balance, sometimes nonsense, sometimes a repetition. In a drawn line *
/// stands for the entry that the line ends or reverses, and ^ for the second in which it is sent; only the whole list gives both.
/// </summary>
internal static class RandomCommands
{
    private const int StepsASecond = 3;

    private static readonly string[] Accounts = ["m", "pa", "pb", "pc", "pd", "da", "db", "free", "pnever", "pu.MEAL", "u.MEAL"];

    /// <summary>Mostly accounts of one unit: otherwise few pairs could exchange anything.</summary>
    private static readonly Gen<string> Account = Gen.Frequency(
        (5, Gen.Const("m")), (9, Gen.OneOf(Accounts[..8])), (1, Gen.OneOf(Accounts)));

    private static readonly Gen<string> Path = Account.Select(account => account.Split('.')[0]);

    private static readonly Gen<string> Leg = Gen.Select(
        Gen.Frequency((38, ""), (1, "!"), (1, "+")), Account, Account, Gen.Frequency(
            (98, Gen.Int[1, 30].Select(amount => $"{amount}")), (19, Gen.Int[1, 30].Select(amount => $"{amount}~")),
            (3, Gen.OneOf("0", "-5", "1000000000000001"))),
        (opening, debit, credit, amount) => $"{opening}{debit}>{credit} {amount}");

    private static readonly Gen<string> Amounts = Gen.Int[0, 11].Array[0, 2].Select(amounts => string.Concat(amounts.Select(x => $" {x}")));

    private static readonly Gen<string> Line = Gen.Frequency(
        (22, Gen.Select(Account, Gen.Int[1, 199], (account, amount) => $"post m>{account} {amount}")),
        (20, Legs(3).Select(legs => $"post {legs}")),
        (8, Legs(2).Select(legs => $"hold {legs}")),
        (8, Gen.Select(Legs(2), Gen.Int[-1, 11], (legs, later) => $"hold {legs} until ^{later}")),
        (9, Amounts.Select(amounts => $"posthold *{amounts}")),
        (3, Gen.Select(Amounts, Leg, (amounts, leg) => $"posthold *{amounts} & {leg}")),
        (6, Gen.Const("void *")), (6, Gen.Const("expire *")), (8, Gen.Const("reverse *")),
        (1, Path.Select(path => $"freeze {path}")), (4, Path.Select(path => $"thaw {path}")),
        (1, Path.Select(path => $"close {path}")), (4, Path.Select(path => $"reopen {path}")));

    /// <summary>Draws a list of commands, each with the second in which it is sent.</summary>
    public static Gen<(Command Command, long Second)[]> Lists(int most) => Gen.Select(Line, Gen.Int[0, 999], Gen.Int[0, 35]).Array[1, most]
        .Select(drawn =>
        {
            var made = new List<(string Label, string Line)>();
            foreach ((string line, int back, int repeats) in drawn)
            {
                string own = line.Replace("*", Target(made, line, back), StringComparison.Ordinal);
                if (own.Split('^') is [var before, var later]) own = $"{before}{(made.Count / StepsASecond) + int.Parse(later, null)}";
                (string Label, string Line) other = made.Count > 0 ? made[back % made.Count] : default;
                // One in twelve repeats an earlier command, or sends another one under its id.
                made.Add(made.Count == 0 || repeats > 2 ? ($"n{made.Count}", own) : (other.Label, repeats == 0 ? own : other.Line));
            }
            return made.Select((step, at) => (Command.Parse(step.Line, step.Label), (long)at / StepsASecond)).ToArray();
        });

    private static Gen<string> Legs(int most) => Leg.Array[1, most].Select(legs => string.Join(", ", legs));

    /// <summary>Mostly a recent entry of the fitting kind.</summary>
    private static string Target(List<(string Label, string Line)> made, string line, int back)
    {
        if (back % 10 == 0) return $"n{back % (made.Count + 2)}";
        string verb = line.StartsWith("reverse", StringComparison.Ordinal) ? "post" : "hold";
        string[] fitting =
            [.. made.TakeLast(60).Where(step => step.Line.StartsWith(verb, StringComparison.Ordinal)).Select(step => step.Label)];
        return fitting.Length == 0 ? "n0" : fitting[^((back % fitting.Length) + 1)];
    }
}
