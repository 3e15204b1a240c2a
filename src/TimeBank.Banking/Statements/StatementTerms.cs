namespace TimeBank.Banking;

/// <summary>What is known about a file before it is read, and how large it may be.</summary>
public sealed record StatementTerms
{
    private static readonly IReadOnlyDictionary<string, StatementBefore> Nothing = new Dictionary<string, StatementBefore>();

    public static StatementTerms Default { get; } = new();

    /// <summary>The only currency that the file may hold, as ISO 4217 has it. Amounts are read in its hundredths.</summary>
    public string Currency { get; init; } = "CNY";

    /// <summary>The account that the file must be of; needed where the file doesn't name one.</summary>
    public string? Account { get; init; }

    /// <summary>Whether a balance below zero is possible; null leaves it to the profile, which knows credit cards.</summary>
    public bool? MayBeNegative { get; init; }

    /// <summary>
    /// The statement before this file, by <see cref="BankStatement.Account"/>. Nothing is checked for an account without one.
    /// </summary>
    public IReadOnlyDictionary<string, StatementBefore> Before { get; init; } = Nothing;

    /// <summary>The SHA-1 that the wallet's server gave for the file's bytes, in hexadecimal digits.</summary>
    public string? Sha1 { get; init; }

    /// <summary>The most bytes that the file may have.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>The most bytes that a zip archive, and so a spreadsheet, may unpack to.</summary>
    public long MaxUnpackedBytes { get; init; } = 1024L << 20;

    /// <summary>The most lines with money.</summary>
    public int MaxLines { get; init; } = 1_000_000;
}

/// <summary>The end of the last statement of an account that was taken.</summary>
/// <param name="Number">The bank's number of that statement, to report gaps; null where it has none.</param>
public sealed record StatementBefore(long ClosingFen, string? Number);
