using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class PaymentOrderTests
{
    /// <summary>Texts as escapes, since a runner can't hand on half of a pair.</summary>
    [Theory]
    [InlineData("batchId", "", PaymentRule.Required)]
    [InlineData("batchId", "123456789012345678901234567890123456", PaymentRule.TooLong)]
    [InlineData("batchId", "SET 1", PaymentRule.NotAnId)]
    [InlineData("batchId", "SET/1", PaymentRule.NotAnId)]
    [InlineData("batchId", "批1", PaymentRule.NotAnId)]
    [InlineData("batchId", "-1", PaymentRule.NotAnId)]
    [InlineData("batchId", "1.", PaymentRule.NotAnId)]
    [InlineData("batchId", "1\\n", PaymentRule.NotAnId)]
    [InlineData("payments[1].endToEndId", "", PaymentRule.Required)]
    [InlineData("payments[1].endToEndId", "NOTPROVIDED", PaymentRule.NotAnId)]
    [InlineData("payments[1].endToEndId", "P1", PaymentRule.Repeated)]
    [InlineData("payments[1].amount", "0", PaymentRule.NotPositive)]
    [InlineData("payments[1].text", "", PaymentRule.Required)]
    [InlineData("payments[1].text", " 10月", PaymentRule.Required)]
    [InlineData("payments[1].text", "10月\\u0007x", PaymentRule.LetterNotAllowed)]
    [InlineData("payments[1].text", "10\\u2028月", PaymentRule.LetterNotAllowed)]
    [InlineData("payments[1].text", "10\\ufffe月", PaymentRule.LetterNotAllowed)]
    [InlineData("payments[1].text", "10\\ud842月", PaymentRule.LetterNotAllowed)]
    [InlineData("payments[1].text", "10\\u202e月", PaymentRule.LetterNotAllowed)]
    [InlineData("payments[1].creditor.name", "甲\\t乙", PaymentRule.LetterNotAllowed)]
    [InlineData("payments[1].creditor.name", "", PaymentRule.Required)]
    [InlineData("payments[1].creditor.number", "6222 0000", PaymentRule.NotAnAccountNumber)]
    [InlineData("payments[1].creditor.number", "12345", PaymentRule.NotAnAccountNumber)]
    [InlineData("payments[1].creditor.number", "****4567", PaymentRule.NotAnAccountNumber)]
    [InlineData("payments[1].creditor.bankCode", "123456789012", PaymentRule.NotABankCode)]
    [InlineData("payments[1].creditor.bankCode", "", PaymentRule.NotABankCode)]
    [InlineData("payments[1].creditor.bankName", "", PaymentRule.Required)]
    [InlineData("debtor.name", "", PaymentRule.Required)]
    [InlineData("debtor.number", "", PaymentRule.NotAnAccountNumber)]
    [InlineData("debtor.bankCode", "1", PaymentRule.NotABankCode)]
    [InlineData("debtor.bankName", "\\u0001x", PaymentRule.LetterNotAllowed)]
    public async Task A_wrong_field_is_named_with_its_rule_and_no_file_is_made(string field, string escaped, PaymentRule rule)
    {
        PaymentOrder order = Changed(Orders.With(Orders.Of("P1", 100), Orders.Of("P2", 200)), field,
            System.Text.RegularExpressions.Regex.Unescape(escaped.Replace("*", "\\*", StringComparison.Ordinal)));
        SheetProfile profile = SheetProfile.Find("batch-transfer")!;

        PaymentError error = Assert.Single(order.Check());

        Assert.Equal((field, rule), (error.Field, error.Rule));
        foreach (PaymentFile file in (PaymentFile[])[Pain001.Write(order), PaymentSheet.Csv(order, profile, SheetEncoding.Utf8),
            await PaymentSheet.XlsxAsync(order, profile)])
        {
            Assert.False(file.IsMade);
            Assert.Equal([error], file.Errors);
            Assert.True(file.Bytes.IsEmpty);
        }
    }

    [Theory]
    [InlineData(140, true)]
    [InlineData(141, false)]
    public void Texts_are_counted_in_characters_also_where_one_takes_two_code_units(int letters, bool taken)
    {
        string text = string.Concat(Enumerable.Repeat("𠮷", letters));

        ImmutableArray<PaymentError> errors = Orders.With(Orders.Of("P1", 1, text) with { Text = text }).Check();

        PaymentError[] wrong = [new("payments[0].creditor.name", PaymentRule.TooLong), new("payments[0].text", PaymentRule.TooLong)];
        Assert.Equal(taken ? [] : wrong, errors);
    }

    [Fact]
    public void An_order_has_a_payment_and_a_sum_that_fits()
    {
        Assert.Equal([new PaymentError("payments", PaymentRule.Required)], Orders.With().Check());
        Assert.Equal([new PaymentError("payments", PaymentRule.Required)], (Orders.Three with { Payments = default }).Check());
        Payment[] large = [.. Enumerable.Range(1, 11).Select(at => Orders.Of($"P{at}", 99_999_999_999_999_999))];
        Assert.Empty(Orders.With([.. large[..10]]).Check());
        Assert.Equal([new PaymentError("total", PaymentRule.TooLarge)], Orders.With([.. large]).Check());
        Assert.Equal(["payments[0].amount: TooLarge", "total: TooLarge"],
            Orders.With(Orders.Of("P1", 1_000_000_000_000_000_000)).Check().Select(error => $"{error}"));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        PaymentOrder order = Orders.With(Orders.Of("", 0), Orders.Of("P2", 1, "", "1"));

        Assert.Equal(["payments[0].endToEndId: Required", "payments[0].amount: NotPositive",
            "payments[1].creditor.number: NotAnAccountNumber", "payments[1].creditor.name: Required"],
            order.Check().Select(error => $"{error}"));
    }

    [Fact]
    public void No_log_has_an_account_by_chance()
    {
        string text = $"{Orders.Three} {Orders.Three.Payments[0]} {Orders.Office}";

        foreach (string part in (string[])["6222000000001234567", Orders.Office.Number, Orders.Office.Name])
        {
            Assert.DoesNotContain(part, text, StringComparison.Ordinal);
        }
    }

    private static PaymentOrder Changed(PaymentOrder order, string field, string value)
    {
        Payment second = order.Payments[1];
        PaymentOrder With(Payment changed) => order with { Payments = order.Payments.SetItem(1, changed) };
        static PaymentAccount Account(PaymentAccount account, string part, string value) => part switch
        {
            "name" => account with { Name = value },
            "number" => account with { Number = value },
            "bankCode" => account with { BankCode = value },
            _ => account with { BankName = value },
        };
        return field.Split('.') switch
        {
            ["batchId"] => order with { BatchId = value },
            ["debtor", var part] => order with { Debtor = Account(order.Debtor, part, value) },
            [_, "endToEndId"] => With(second with { EndToEndId = value }),
            [_, "amount"] => With(second with { Amount = new Fen(long.Parse(value, CultureInfo.InvariantCulture)) }),
            [_, "text"] => With(second with { Text = value }),
            [_, _, var part] => With(second with { Creditor = Account(second.Creditor, part, value) }),
            _ => throw new ArgumentException(field),
        };
    }
}
