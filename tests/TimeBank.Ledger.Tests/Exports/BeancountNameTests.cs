using System.Text.RegularExpressions;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed partial class BeancountNameTests
{
    [Theory]
    [InlineData("bank/ccb", "Assets:Bank:Ccb")]
    [InlineData("fund/lottery/available", "Liabilities:Fund:Lottery:Available")]
    [InlineData("person/P7K2P7K2P7K2/hours/earned", "Liabilities:Person:0-P7K2P7K2P7K2:Hours:Earned")]
    [InlineData("person/07K2P7K2P7K2/hours/earned", "Liabilities:Person:07K2P7K2P7K2:Hours:Earned")]
    [InlineData("programme/2026-meals/units", "Assets:Programme:2026-meals:Units")]
    [InlineData("clearing/430203/due-from", "Assets:Clearing:430203:Due-from")]
    [InlineData("clearing/net", "Liabilities:Clearing:Net")]
    [InlineData("clearing/430203/settled", "Liabilities:Clearing:430203:Settled")]
    [InlineData("clearing/430203/due-to", "Liabilities:Clearing:430203:Due-to")]
    [InlineData("hours/issued", "Equity:Hours:Issued")]
    [InlineData("fund/0-odd/available", "Liabilities:Fund:0-0-odd:Available")]
    [InlineData("fund/-odd/available", "Liabilities:Fund:0--odd:Available")]
    [InlineData("fund/p7/available", "Liabilities:Fund:P7:Available")]
    [InlineData("fund/P7/available", "Liabilities:Fund:0-P7:Available")]
    public void A_path_has_a_name_that_beancount_takes_and_that_leads_back(string path, string name)
    {
        Assert.Equal(name, BeancountName.Of(AccountPath.Parse(path)));
        Assert.Equal(path, BeancountName.Parse(name).Text);
        Assert.Matches(Allowed(), name);
    }

    [GeneratedRegex("^(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+$")]
    private static partial Regex Allowed();
}
