using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>How long lines of the bank have been open.</summary>
[Collection(ServerCollection.Name)]
public sealed class ExceptionAgeTests(TestServer server)
{
    private readonly Bank _bank = new(server, "430102", "aged");

    [Fact]
    public async Task Old_lines_are_counted_by_their_age()
    {
        await _bank.OpenAsync();
        await _bank.TakenAsync(Given("260601", 7));
        ListExceptionsResponse open = await _bank.Maker.ListExceptionsAsync(
            new ListExceptionsRequest { Parent = _bank.Name, Age = AgeBucket.Older });

        Assert.Equal(AgeBucket.Older, Assert.Single(open.Exceptions).Age);
        Assert.Equal([0, 0, 0, 1], open.Totals.Select(total => total.Lines));
        Assert.Empty((await _bank.Maker.ListExceptionsAsync(
            new ListExceptionsRequest { Parent = _bank.Name, Age = AgeBucket.Quarter })).Exceptions);
    }

    private byte[] Given(string day, long fen) => System.Text.Encoding.UTF8.GetBytes(
        $":20:DEMO\r\n:25:{_bank.Number}\r\n:28C:1\r\n:60F:C{day}CNY0,00\r\n:61:{day}{day[2..]}C0,0{fen}NMSCNONREF\r\n:86:OLD\r\n"
        + $":62F:C{day}CNY0,0{fen}\r\n-\r\n");
}
