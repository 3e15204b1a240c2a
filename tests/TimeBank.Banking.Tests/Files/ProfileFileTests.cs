using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class ProfileFileTests
{
    private const string Right = """
        {
          "name": "my-bank",
          "title": "某银行",
          "format": "table",
          "table": {
            "columns": { "date": "日期", "amount": "金额", "text": ["摘要"] },
            "sign": { "kind": "signed" },
            "dates": ["yyyy-MM-dd"],
            "rules": [{ "when": [{ "column": "摘要", "is": ["关闭"] }], "then": "notMoney" }],
            "totals": [{ "pattern": "共(?<count>[0-9]+)笔", "of": "rows", "isOptional": true }]
          }
        }
        """;

    public static TheoryData<string> Shipped => [.. ProfileFile.Shipped];

    [Theory, MemberData(nameof(Shipped))]
    public void Shipped_profiles_are_right_and_called_like_their_files(string name) => Assert.Equal(name, ProfileFile.Find(name)?.Name);

    [Fact]
    public void The_banks_and_wallets_in_use_ship()
    {
        string[] wanted = ["abc-debit", "alipay-merchant", "alipay-personal", "boc-credit", "boc-debit", "bocom-debit", "camt053",
            "ccb-debit", "cgb-credit", "cmb-credit", "cmb-debit", "icbc-credit", "icbc-debit", "mt940", "wechat-merchant",
            "wechat-personal"];

        Assert.Empty(wanted.Except(ProfileFile.Shipped));
        Assert.Null(ProfileFile.Find("../abc-debit"));
    }

    [Theory]
    [InlineData("my-bank", "My Bank", "$.name")]
    [InlineData("某银行", " ", "$.title")]
    [InlineData("\"format\": \"table\"", "\"format\": \"camt053\"", "$.table")]
    [InlineData("\"format\": \"table\"", "\"format\": \"excel\"", "$.format")]
    [InlineData("\"format\": \"table\"", "\"format\": 2", "$.format")]
    [InlineData("\"kind\": \"signed\"", "\"kind\": \"side\"", "$.table.columns.side")]
    [InlineData("\"kind\": \"signed\"", "\"kind\": \"columns\"", "$.table.columns.in")]
    [InlineData("\"kind\": \"signed\"", "\"kind\": \"signed\", \"in\": [\"收\"]", "$.table.sign.in")]
    [InlineData("\"amount\": \"金额\"", "\"ammount\": \"金额\"", "$.table.columns.ammount")]
    [InlineData("\"date\": \"日期\", ", "", "$.table.columns")]
    [InlineData("\"date\": \"日期\"", "\"date\": null", "$.table.columns.date")]
    [InlineData("\"date\": \"日期\"", "\"date\": \" 日期\"", "$.table.columns")]
    [InlineData("\"date\": \"日期\"", "\"date\": \"日期\", \"date\": \"日\"", "$.table.columns.date")]
    [InlineData("yyyy-MM-dd", "MM-dd", "$.table.dates")]
    [InlineData("yyyy-MM-dd", "yyyy-mm-dd", "$.table.dates")]
    [InlineData("[\"yyyy-MM-dd\"]", "[]", "$.table.dates")]
    [InlineData("\"column\": \"摘要\"", "\"column\": \"状态\"", "$.table.rules[0].when")]
    [InlineData("\"is\": [\"关闭\"]", "\"isBlank\": false", "$.table.rules[0].when")]
    [InlineData("notMoney", "ignore", "$.table.rules[0].then")]
    [InlineData("(?<count>", "(?<counts>", "$.table.totals[0].pattern")]
    [InlineData("(?<count>[0-9]+)", "(?<count>[0-9]+", "$.table.totals[0].pattern")]
    [InlineData("共(?<count>", "(?=共)(?<count>", "$.table.totals[0].pattern")]
    [InlineData("\"of\": \"rows\"", "\"of\": \"rows\", \"row\": \"合计\"", "$.table.totals[0]")]
    [InlineData("\"dates\"", "\"missingCells\": 21, \"dates\"", "$.table.missingCells")]
    [InlineData("\"dates\"", "\"currencies\": { \"元\": \"RMB\u00a5\" }, \"dates\"", "$.table.currencies")]
    [InlineData("\"title\"", "\"separator\": \"x\", \"title\"", "$.separator")]
    [InlineData("\"title\"", "\"encodings\": [], \"title\"", "$.encodings")]
    public void A_wrong_profile_is_refused_with_field_and_rule(string part, string wrong, string field)
    {
        Assert.NotNull(ProfileFile.Parse(Encoding.UTF8.GetBytes(Right)).Profile);

        ProfileResult result = ProfileFile.Parse(Encoding.UTF8.GetBytes(Right.Replace(part, wrong)));

        Assert.Null(result.Profile);
        Assert.Contains(field, result.Errors.Select(error => error.Field));
        Assert.All(result.Errors, error => Assert.NotEmpty(error.Rule));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    public void What_is_no_profile_is_refused(string file) => Assert.NotEmpty(ProfileFile.Parse(Encoding.UTF8.GetBytes(file)).Errors);
}
