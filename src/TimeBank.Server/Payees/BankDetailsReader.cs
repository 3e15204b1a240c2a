using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Reads the account of a bank from a request: a payee's, or one of our own. Violations never repeat a value.</summary>
internal static class BankDetailsReader
{
    /// <summary>What the payment systems take of a name: 60 letters, and 140 bytes as banks count them.</summary>
    private const int MaxNameLength = 60, MaxNameBytes = 140, MaxWalletName = 64;

    private static readonly Encoding Banks = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    /// <summary>
    /// Reads one of our own accounts. A wallet has no bank's code, and its bills name it by a number, a mail address or a nickname. No
    /// batch is paid from it.
    /// </summary>
    public static BankDetails ReadOwn(
        RequestReader read, string holderName, string accountNumber, string bankName, string code, bool isWallet) =>
        code.Length > 0 || !isWallet ? Read(read, "", holderName, accountNumber, bankName, code) : new BankDetails(
            read.Name(holderName.Trim(), "holder_name", MaxNameLength), read.Name(accountNumber.Trim(), "account_number", MaxWalletName),
            read.Name(bankName.Trim(), "bank_name", MaxNameLength), "");

    /// <param name="path">What stands in front of the fields' names, such as <c>account.</c>; or nothing.</param>
    public static BankDetails Read(RequestReader read, string path, string holderName, string accountNumber, string bankName, string code)
    {
        // Blanks around a name would stand in the bank's file, where nobody sees them.
        string holder = read.Name(holderName.Trim(), $"{path}holder_name", MaxNameLength);
        if (Banks.GetByteCount(holder) > MaxNameBytes) read.Refuse($"{path}holder_name", "NAME_TOO_WIDE", ("max", $"{MaxNameBytes}"));
        string number = Number(read, accountNumber, $"{path}account_number"),
            bank = read.Name(bankName.Trim(), $"{path}bank_name", MaxNameLength);
        if (code.Length == 0)
        {
            read.Refuse($"{path}bank_code", "REQUIRED");
        }
        else if (BankCode.Check(code) is { } fault)
        {
            read.Refuse($"{path}bank_code", fault switch
            {
                BankCodeFault.NotTwelveDigits => "NOT_A_BANK_CODE",
                BankCodeFault.CheckDigitWrong => "BANK_CODE_CHECK_DIGIT",
            });
        }
        return new BankDetails(holder, number, bank, code);
    }

    public static string Number(RequestReader read, string text, string field)
    {
        if (BankAccountNumber.TryParse(text, out BankAccountNumber number)) return number.Text;
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else read.Refuse(field, "NOT_AN_ACCOUNT_NUMBER", ("min", $"{BankAccountNumber.MinLength}"),
            ("max", $"{BankAccountNumber.MaxLength}"));
        return "";
    }
}
