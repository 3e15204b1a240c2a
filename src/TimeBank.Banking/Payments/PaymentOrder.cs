using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>Payments in CNY that a bank is asked to make from one account, as a batch.</summary>
/// <param name="BatchId">Names the batch at the bank: the message and the payment information have this id.</param>
/// <param name="ExecutionDate">The day on which the bank is to pay.</param>
/// <param name="CreatedAt">When the order was made; an argument, so that the same order is the same bytes.</param>
public sealed partial record PaymentOrder(
    string BatchId, DateOnly ExecutionDate, PaymentAccount Debtor, ImmutableArray<Payment> Payments, DateTimeOffset CreatedAt)
{
    public const string Currency = "CNY";

    /// <summary>Max35Text, Max140Text and an amount of 18 digits, of ISO 20022.</summary>
    public const int MaxIdLength = 35, MaxTextLength = 140;

    private const long MaxFen = 999_999_999_999_999_999;

    /// <summary>What a bank's answer has where an id is missing, so it can't be one.</summary>
    private const string NoId = "NOTPROVIDED";

    /// <summary>The sum of all payments, exact.</summary>
    public Fen Total => Payments.Aggregate(Fen.Zero, (sum, payment) => sum + payment.Amount);

    /// <summary>Everything that is wrong with the order, by field; no file is made of it then.</summary>
    public ImmutableArray<PaymentError> Check() => [.. Errors()];

    private IEnumerable<PaymentError> Errors()
    {
        foreach (PaymentError error in Id("batchId", BatchId).Concat(Account("debtor", Debtor))) yield return error;
        if (Payments.IsDefaultOrEmpty)
        {
            yield return new PaymentError("payments", PaymentRule.Required);
            yield break;
        }
        var ids = new HashSet<string>(StringComparer.Ordinal);
        Int128 total = 0;
        for (int at = 0; at < Payments.Length; at++)
        {
            Payment payment = Payments[at];
            string field = string.Create(CultureInfo.InvariantCulture, $"payments[{at}]");
            foreach (PaymentError error in Id($"{field}.endToEndId", payment.EndToEndId)) yield return error;
            if (!ids.Add(payment.EndToEndId)) yield return new PaymentError($"{field}.endToEndId", PaymentRule.Repeated);
            if (payment.Amount == Fen.Zero) yield return new PaymentError($"{field}.amount", PaymentRule.NotPositive);
            if (payment.Amount.Value > MaxFen) yield return new PaymentError($"{field}.amount", PaymentRule.TooLarge);
            foreach (PaymentError error in Account($"{field}.creditor", payment.Creditor)) yield return error;
            foreach (PaymentError error in Text($"{field}.text", payment.Text)) yield return error;
            total += payment.Amount.Value;
        }
        if (total > MaxFen) yield return new PaymentError("total", PaymentRule.TooLarge);
    }

    private static IEnumerable<PaymentError> Account(string field, PaymentAccount account)
    {
        if (!BankAccountNumber.TryParse(account.Number, out BankAccountNumber number) || number.Text != account.Number)
        {
            yield return new PaymentError($"{field}.number", PaymentRule.NotAnAccountNumber);
        }
        if (!BankCode.TryParse(account.BankCode, out _)) yield return new PaymentError($"{field}.bankCode", PaymentRule.NotABankCode);
        foreach (PaymentError error in Text($"{field}.name", account.Name).Concat(Text($"{field}.bankName", account.BankName)))
        {
            yield return error;
        }
    }

    private static IEnumerable<PaymentError> Id(string field, string id)
    {
        if (id.Length == 0) yield return new PaymentError(field, PaymentRule.Required);
        else if (id.Length > MaxIdLength) yield return new PaymentError(field, PaymentRule.TooLong);
        else if (!IdLetters().IsMatch(id) || id == NoId) yield return new PaymentError(field, PaymentRule.NotAnId);
    }

    private static IEnumerable<PaymentError> Text(string field, string text)
    {
        if (text.Length == 0 || text.Trim() != text) yield return new PaymentError(field, PaymentRule.Required);
        else if (text.Length > 2 * MaxTextLength || text.EnumerateRunes().Count() > MaxTextLength)
        {
            yield return new PaymentError(field, PaymentRule.TooLong);
        }
        else if (text.EnumerateRunes().Any(IsRefused)) yield return new PaymentError(field, PaymentRule.LetterNotAllowed);
    }

    /// <summary>Letters that no name on the server may have: line ends, what turns a text's direction, and what nobody can read.</summary>
    private static bool IsRefused(Rune letter) =>
        Rune.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || letter.Value is 0x61C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)
        || PlainLetters.IsStrange(letter);

    /// <summary>What every bank takes in an id.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdLetters();
}

/// <summary>One payment of a batch.</summary>
/// <param name="EndToEndId">Names the payment as far as the payee's statement; each once in an order.</param>
/// <param name="Text">What the payee reads.</param>
public sealed record Payment(string EndToEndId, Fen Amount, PaymentAccount Creditor, string Text)
{
    public override string ToString() => $"{nameof(Payment)} {EndToEndId}";
}

/// <summary>An account that money goes from or to.</summary>
/// <param name="Number">Digits alone.</param>
/// <param name="BankCode">The bank's code of twelve digits.</param>
public sealed record PaymentAccount(string Name, string Number, string BankName, string BankCode)
{
    /// <summary>Nothing of it, so that no log has it by chance.</summary>
    public override string ToString() => nameof(PaymentAccount);
}

/// <summary>What is wrong with a field of an order.</summary>
public enum PaymentRule
{
    /// <summary>It is empty, or has blanks around it.</summary>
    Required,

    TooLong,

    /// <summary>Control characters, and letters that nobody can see or read.</summary>
    LetterNotAllowed,

    /// <summary>An id has letters, digits, hyphens and full stops, and begins and ends with a letter or digit.</summary>
    NotAnId,

    /// <summary>Two payments have the id.</summary>
    Repeated,

    NotPositive,

    /// <summary>More than 18 digits of fen.</summary>
    TooLarge,

    /// <summary>An account number has 6 to 34 digits.</summary>
    NotAnAccountNumber,

    /// <summary>A bank's code has twelve digits, of which the last is a check digit.</summary>
    NotABankCode,
}

/// <summary>What is wrong with an order.</summary>
/// <param name="Field">Such as <c>payments[3].creditor.name</c>. The value itself is never told.</param>
public sealed record PaymentError(string Field, PaymentRule Rule)
{
    public override string ToString() => $"{Field}: {Rule}";
}

/// <summary>A file for a bank, or everything that is wrong with its order; never both.</summary>
/// <param name="Bytes">The file; empty where there are errors.</param>
public sealed record PaymentFile(ReadOnlyMemory<byte> Bytes, ImmutableArray<PaymentError> Errors)
{
    public bool IsMade => Errors.IsEmpty;

    internal static PaymentFile Made(byte[] bytes) => new(bytes, []);

    internal static PaymentFile Refused(ImmutableArray<PaymentError> errors) => new(default, errors);

    /// <summary>Yuan with two decimals, as text.</summary>
    internal static string Yuan(Fen amount) =>
        string.Create(CultureInfo.InvariantCulture, $"{amount.Value / 100}.{amount.Value % 100:D2}");
}
