using System.CommandLine;
using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The hours of volunteers and elders.</summary>
internal static class HourCommands
{
    public static IEnumerable<Command> Of(CommandFactory make)
    {
        Argument<string> person = make.Argument("person", "志愿者或老人：编号，或 volunteers/ID、elders/ID",
            "a volunteer or elder: an id, or volunteers/ID, elders/ID");
        Command hours = make.Command("hours", "时间余额、明细、赠送、捐赠和划转", "hours: balances, statements, gifts, donations, transfers", [person],
            async (session, parsed) =>
        {
            Hours found = await FindAsync(session, parsed.GetValue(person)!, async name =>
                await new VolunteerService.VolunteerServiceClient(await session.AsAsync(Role.Auditor, name))
                    .GetHoursAsync(new GetHoursRequest { Person = name }));
            session.Screen.Show(found, () => session.Screen.Hours(found));
        });
        foreach (Command command in (Command[])[Statement(make), Postings(make), Gift(make), Donate(make), Undo(make),
            Transfer(make), Issue(make), Expire(make), Grant(make), Positions(make)]) hours.Add(command);
        return [hours];
    }

    /// <summary>Asks about a person by id: as a volunteer, or as an elder if no volunteer has this id.</summary>
    internal static async Task<T> FindAsync<T>(Session session, string person, Func<string, Task<T>> ask)
    {
        if (person.Contains('/', StringComparison.Ordinal)) return await ask(session.Name(person.Split('/')[0], person));
        try
        {
            return await ask(session.Name("volunteers", person));
        }
        catch (RpcException error) when (Failure.ReasonOf(error) == "VOLUNTEER_NOT_FOUND")
        {
            return await ask(session.Name("elders", person));
        }
    }

    private static Command Statement(CommandFactory make)
    {
        Argument<string> person = make.Argument("person", "志愿者或老人", "a volunteer or elder");
        Option<string> account = make.Option("--account", "earned、gifted 或 issued", "earned, gifted or issued");
        var period = new PeriodOptions(make);
        return make.Command("statement", "对账单", "the statement of one of a person's hour accounts",
            [person, account, .. period.All, make.Limit, make.All], (session, parsed) =>
            StatementCommands.OfHoursAsync(session, parsed.GetValue(person)!,
                EnumText.ParseOrDefault<HourAccount>(parsed.GetValue(account)), period.Read(parsed), make.PagingOf(parsed)));
    }

    private static Command Postings(CommandFactory make)
    {
        Argument<string> person = make.Argument("person", "志愿者或老人", "a volunteer or elder");
        var period = new PeriodOptions(make);
        return make.Command("postings", "收支明细，含预留，最新在前", "a person's postings, holds included, newest first",
            [person, .. period.All, make.Limit, make.All], async (session, parsed) =>
        {
            ListHourPostingsResponse list = await FindAsync(session, parsed.GetValue(person)!, async name =>
            {
                var client = new VolunteerService.VolunteerServiceClient(await session.AsAsync(Role.Auditor, name));
                var request = new ListHourPostingsRequest { Person = name, Period = period.ReadOptional(parsed) };
                return await make.PagingOf(parsed).AllAsync(request, page => client.ListHourPostingsAsync(page).ResponseAsync);
            });
            session.Screen.Show(list, () =>
                session.Screen.Postings(parsed.GetValue(person)!, list.Postings.Select(posting => posting.Posting), list.NextPageToken));
        });
    }

    private static Command Gift(CommandFactory make)
    {
        Argument<string> volunteer = make.Argument("volunteer", "赠送人（志愿者）", "who gives, a volunteer"),
            receiver = make.Argument("receiver", "接受人，如 elders/ID", "who receives, such as elders/ID");
        Argument<string> amount = make.Argument("amount", "时长，如 1h30m", "how much, such as 1h30m");
        return make.Command("gift", "把自己挣得的时间赠送给直系亲属", "give earned hours to direct family",
            [volunteer, receiver, amount, make.Memo, make.DryRun], async (session, parsed) =>
        {
            string giver = session.Name("volunteers", parsed.GetValue(volunteer)!), to = parsed.GetValue(receiver)!;
            var client = new VolunteerService.VolunteerServiceClient(await session.AsAsync(Role.Volunteer, giver, giver));
            GiftHoursResponse given = await client.GiftHoursAsync(new GiftHoursRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                OnBehalfOf = session.BehalfOf(giver),
                Volunteer = giver,
                Receiver = session.Name(to.Contains('/', StringComparison.Ordinal) ? to.Split('/')[0] : "elders", to),
                Amount = AmountText.ParseMinutes(parsed.GetValue(amount)!),
                Memo = parsed.GetValue(make.Memo) ?? "",
            });
            session.Screen.Show(given, () => session.Screen.Hours(given.Hours));
        });
    }

    private static Command Donate(CommandFactory make)
    {
        Argument<string> volunteer = make.Argument("volunteer", "捐赠人（志愿者）", "who gives, a volunteer"),
            amount = make.Argument("amount", "时长", "how much, such as 1h30m");
        return make.Command("donate", "把自己挣得的时间捐给公共池", "give earned hours to the pool", [volunteer, amount, make.Memo, make.DryRun],
            async (session, parsed) =>
        {
            string giver = session.Name("volunteers", parsed.GetValue(volunteer)!);
            var client = new VolunteerService.VolunteerServiceClient(await session.AsAsync(Role.Volunteer, giver, giver));
            DonateHoursResponse given = await client.DonateHoursAsync(new DonateHoursRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                OnBehalfOf = session.BehalfOf(giver),
                Volunteer = giver,
                Amount = AmountText.ParseMinutes(parsed.GetValue(amount)!),
                Memo = parsed.GetValue(make.Memo) ?? "",
            });
            session.Screen.Show(given, () => session.Screen.Hours(given.Hours));
        });
    }

    private static Command Undo(CommandFactory make)
    {
        Argument<string> volunteer = make.Argument("volunteer", "赠送或捐赠的志愿者", "who gave, a volunteer");
        Option<string> entry = make.Option("--entry", "赠送或捐赠的分录序号或编号", "the gift's or donation's index or id", required: true);
        return make.Command("undo", "撤回几分钟前的赠送或捐赠", "take back a gift or donation of a few minutes ago", [volunteer, entry, make.DryRun],
            async (session, parsed) =>
        {
            string giver = session.Name("volunteers", parsed.GetValue(volunteer)!);
            var client = new VolunteerService.VolunteerServiceClient(await session.AsAsync(Role.Volunteer, giver, giver));
            UndoHoursResponse undone = await client.UndoHoursAsync(new UndoHoursRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                OnBehalfOf = session.BehalfOf(giver),
                Volunteer = giver,
                Entry = session.Name("entries", parsed.GetValue(entry)!),
            });
            session.Screen.Show(undone, () => session.Screen.Hours(undone.Hours));
        });
    }

    private static Command Transfer(CommandFactory make)
    {
        Argument<string> from = make.Argument("from", "转出的登记，如 regions/430203/volunteers/ID",
            "the enrolment that they leave, such as regions/430203/volunteers/ID");
        Argument<string> to = make.Argument("to", "转入的登记", "the same person's enrolment in another region"),
            amount = make.Argument("amount", "时长", "how much, such as 1h30m");
        return make.Command("transfer", "把时间划到本人在另一地区的登记", "move hours between a person's two enrolments", [from, to, amount, make.DryRun],
            async (session, parsed) =>
        {
            string leaves = session.Name("volunteers", parsed.GetValue(from)!);
            Amount minutes = AmountText.ParseMinutes(parsed.GetValue(amount)!);
            var client = new ClearingService.ClearingServiceClient(await session.AsAsync(Role.Volunteer, leaves, leaves));
            TransferHoursResponse moved = await client.TransferHoursAsync(new TransferHoursRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                OnBehalfOf = session.BehalfOf(leaves),
                From = leaves,
                To = session.Name("volunteers", parsed.GetValue(to)!),
                Amount = minutes,
            });
            string arrival = moved.ArrivalEntry.Length > 0 ? moved.ArrivalEntry : make.Language["在途", "on its way"];
            session.Screen.Show(moved, () => session.Screen.Facts(
                "", (make.Language["时长", "hours"], AmountText.Of(minutes, make.Language)),
                (make.Language["转出分录", "left by entry"], moved.Entry),
                (make.Language["转入分录", "arrived by entry"], moved.Entry.Length > 0 ? arrival : "")));
        });
    }

    private static Command Issue(CommandFactory make)
    {
        Option<string> month = make.Option("--month", "月份，如 2026-10", "the month, such as 2026-10", required: true),
            elder = make.Option("--elder", "只给这位老人", "to this elder only");
        return make.Command("issue", "发放当月政府补助时间", "issue a month's hours to the elders entitled", [month, elder, make.DryRun],
            async (session, parsed) =>
        {
            var client = new ElderService.ElderServiceClient(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
            using var run = client.IssueHours(new IssueHoursRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                Parent = session.Region,
                Month = TimeText.ParseMonth(parsed.GetValue(month)!),
                Elder = parsed.GetValue(elder) is { } one ? session.Name("elders", one) : "",
            });
            RunProgress last = await Runs.LastAsync(run, session.Cancellation);
            session.Screen.Show(last, () => session.Screen.Run(last, make.Language["发放时间", "Hours issued"]));
        });
    }

    private static Command Expire(CommandFactory make) =>
        make.Command("expire", "使往月发放而未用的时间到期", "end what is left of the hours issued in earlier months", [make.DryRun],
        async (session, parsed) =>
    {
        var client = new ElderService.ElderServiceClient(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
        using var run = client.ExpireHours(
            new ExpireHoursRequest { RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Parent = session.Region });
        RunProgress last = await Runs.LastAsync(run, session.Cancellation);
        session.Screen.Show(last, () => session.Screen.Run(last, make.Language["时间到期", "Hours ended"]));
    });

    private static Command Grant(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder"),
            amount = make.Argument("amount", "时长", "how much, such as 1h30m");
        return make.Command("grant", "从公共池拨付时间给老人", "grant an elder hours from the pool", [elder, amount, make.Memo, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new ElderService.ElderServiceClient(await session.AsAsync(Role.FinanceMaker, name));
            GrantFromPoolResponse granted = await client.GrantFromPoolAsync(new GrantFromPoolRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                Elder = name,
                Amount = AmountText.ParseMinutes(parsed.GetValue(amount)!),
                Memo = parsed.GetValue(make.Memo) ?? "",
            });
            session.Screen.Show(granted, () =>
                session.Screen.Facts("", (make.Language["分录", "entry"], granted.Entry),
                (make.Language["池中剩余", "left in the pool"], AmountText.Of(granted.PoolRemaining, make.Language))));
        });
    }

    private static Command Positions(CommandFactory make) =>
        make.Command("positions", "与其他地区的时间往来", "what stands between this region and others", [make.Limit, make.All],
        async (session, parsed) =>
    {
        var client = new ClearingService.ClearingServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
        ListPositionsResponse list = await make.PagingOf(parsed)
            .AllAsync(new ListPositionsRequest { Parent = session.Region }, page => client.ListPositionsAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () => session.Screen.Table(
            session.Region,
            [new(language["对方地区", "other region"]), new(language["应付", "due to it"], true), new(language["应收", "due from it"], true),
                new(language["净额", "net"], true), new(language["轧差应结", "settled by nettings"], true)],
            list.Positions.Select(position =>
            (IReadOnlyList<string>)[position.Counterpart, AmountText.Of(position.DueTo, language),
            AmountText.Of(position.DueFrom, language), AmountText.Of(position.Net, language),
            AmountText.Of(position.Settled, language)])));
    });
}
