using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Statements: a person's hours, a provider's payable, a fund, an account.</summary>
internal static class StatementCommands
{
    public static IEnumerable<Command> Of(CommandFactory make)
    {
        Argument<string[]> whose = new("whose")
        {
            Description = make.Language["volunteers/ID、elders/ID、providers/ID、funds/ID 或 accounts/路径；也可写成 volunteer ID",
                "volunteers/ID, elders/ID, providers/ID, funds/ID or accounts/path; or two words: volunteer ID"],
            Arity = new ArgumentArity(1, 2),
        };
        Option<string> account = make.Option("--account", "时间账户：earned、gifted 或 issued", "of a person's hours: earned, gifted or issued");
        Option<bool> prepaid = SettlementCommands.Prepaid(make);
        var period = new PeriodOptions(make);
        return [make.Command("statement", "对账单", "a statement with opening and closing balance",
            [whose, account, prepaid, .. period.All, make.Limit, make.All], async (session, parsed) =>
        {
            (string collection, string name) = Target(session, parsed.GetValue(whose)!);
            Paging paging = make.PagingOf(parsed);
            Task shown = collection switch
            {
                "volunteers" or "elders" => OfHoursAsync(session, name, EnumText.ParseOrDefault<HourAccount>(parsed.GetValue(account)),
                    period.Read(parsed), paging),
                "providers" => OfProviderAsync(
                    session, name, period.Read(parsed), paging, SettlementCommands.Kind(parsed.GetValue(prepaid))),
                "funds" => OfFundAsync(session, name, period.Read(parsed), paging),
                "accounts" => OfAccountAsync(session, name, period.ReadOptional(parsed), paging),
                _ => throw new UsageException("请写明是谁的：volunteers/ID、elders/ID、providers/ID、funds/ID 或 accounts/路径。",
                    "Say whose: volunteers/ID, elders/ID, providers/ID, funds/ID or accounts/path."),
            };
            await shown;
        })];
    }

    internal static async Task OfHoursAsync(Session session, string person, HourAccount account, Period period, Paging paging)
    {
        Statement statement = await HourCommands.FindAsync(session, person, async name =>
        {
            var client = new VolunteerService.VolunteerServiceClient(await session.AsAsync(Role.Auditor, name));
            return await paging.AllAsync(new GetHourStatementRequest { Person = name, Account = account, Period = period }, page =>
                client.GetHourStatementAsync(page).ResponseAsync);
        });
        Show(session, statement);
    }

    internal static async Task OfProviderAsync(
        Session session, string name, Period period, Paging paging, PayableKind pays = PayableKind.Services)
    {
        var client = new ProviderService.ProviderServiceClient(await session.AsAsync(Role.Auditor, name));
        Show(session, await paging.AllAsync(new GetProviderStatementRequest { Provider = name, Period = period, Pays = pays }, page =>
            client.GetProviderStatementAsync(page).ResponseAsync));
    }

    internal static async Task OfFundAsync(Session session, string name, Period period, Paging paging)
    {
        var client = new FundService.FundServiceClient(await session.AsAsync(Role.Auditor, name));
        Show(session, await paging.AllAsync(new GetFundStatementRequest { Fund = name, Period = period }, page =>
            client.GetFundStatementAsync(page).ResponseAsync));
    }

    private static async Task OfAccountAsync(Session session, string name, Period? period, Paging paging)
    {
        var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, name));
        ListPostingsResponse list = await paging.AllAsync(new ListPostingsRequest { Account = name, Period = period }, page =>
            client.ListPostingsAsync(page).ResponseAsync);
        session.Screen.Show(list, () => session.Screen.Statement(
            new Statement
            {
                Opening = list.Opening, Closing = list.Closing, TotalDebits = list.TotalDebits, TotalCredits = list.TotalCredits,
                Postings = { list.Postings }, NextPageToken = list.NextPageToken, EntryCount = list.EntryCount,
            },
            ResourceNames.Short(name)));
    }

    private static void Show(Session session, Statement statement) =>
        session.Screen.Show(statement, () => session.Screen.Statement(statement, ResourceNames.Short(statement.Account)));

    private static (string Collection, string Name) Target(Session session, string[] words)
    {
        string collection = words.Length == 2 ? words[0].EndsWith('s') ? words[0] : words[0] + "s"
            : ResourceNames.CollectionOf(words[0]) is { Length: > 0 } named ? named
            : words[0].Split('/')[0];
        return (collection, session.Name(collection, words[^1]));
    }
}
