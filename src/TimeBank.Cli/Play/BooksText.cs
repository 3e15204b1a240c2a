using System.Text.Json;
using TimeBank.V1;

namespace TimeBank.Cli.Play;

/// <summary>The month's figures as they are shown.</summary>
internal static class BooksText
{
    private const int PostingsAtEnds = 6;

    public static void Show(this Screen screen, Books books, string took)
    {
        Language language = screen.Language;
        foreach (TrialBalance balance in books.TrialBalances) LedgerCommands.Show(screen, balance);
        foreach (ProgrammeReport report in books.Programmes) ProgrammeCommands.Show(screen, report);
        foreach (Statement statement in books.Statements) screen.Statement(statement, $"{language["对账单", "Statement"]} {ResourceNames.Short(statement.Account)}", PostingsAtEnds);
        Check[] wrong = [.. books.Checks.Where(check => !check.Ties)];
        screen.Line(language[$"核对 {books.Checks.Count} 项，{books.Checks.Count - wrong.Length} 项相符。", $"{books.Checks.Count} checks, {books.Checks.Count - wrong.Length} tie out."]);
        foreach (Check check in wrong) screen.Line($"✗ {language[check.Chinese, check.English]}: {check.Left} ≠ {check.Right}");
        if (took.Length > 0) screen.Line(took);
    }

    public static string ToJson(Books books, int steps, double seconds) => JsonSerializer.Serialize(new
    {
        tiesOut = books.TiesOut,
        steps,
        seconds = Math.Round(seconds, 1),
        checks = books.Checks.Select(check => new { what = check.English, left = check.Left, right = check.Right, ties = check.Ties }),
    });
}
