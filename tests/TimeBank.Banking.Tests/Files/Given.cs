using System.Text;

namespace TimeBank.Banking.Tests;

/// <summary>Files of made-up data, as bytes, and what the reader says of them.</summary>
internal static class Given
{
    public static StatementTerms Card { get; } = new() { Account = "6222000000003167" };

    public static StatementTerms Euro { get; } = new() { Currency = "EUR" };

    public static StatementProfile Profile(string name) => ProfileFile.Find(name) ?? throw new ArgumentException($"No profile {name}.");

    public static StatementFileContent Read(string profile, string text, StatementTerms? terms = null) =>
        Read(profile, Encoding.UTF8.GetBytes(text), terms);

    public static StatementFileContent Read(string profile, byte[] bytes, StatementTerms? terms = null) =>
        Read(Profile(profile), bytes, terms);

    public static StatementFileContent Read(StatementProfile profile, byte[] bytes, StatementTerms? terms = null) =>
        StatementFile.Read(new MemoryStream(bytes), profile, terms ?? Card);

    /// <summary>The only statement of a file that is right.</summary>
    public static BankStatement Statement(this StatementFileContent content)
    {
        if (content.Refusal is { } refusal) throw new InvalidOperationException($"{refusal}");
        return content.Statements.Single();
    }

    /// <summary>Reason, line and field of a refusal, as a table of tests writes them.</summary>
    public static string Refused(this StatementFileContent content) =>
        content.Refusal is { } refusal ? $"{refusal.Reason} {refusal.FileLine} {refusal.Field}".TrimEnd() : "taken";
}
