using System.CommandLine;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>Runs the demonstration's payment service beside a server.</summary>
internal static class CardCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Of(CommandFactory make) => make.Command(
        "stripe", "演示的支付服务（仿 Stripe），只在本机；标准输入结束时停止",
        "the payment service of a demonstration: a fake of Stripe on this machine, until its standard input ends", [], (session, _) =>
        RunAsync(session));

    private static async Task RunAsync(Session session)
    {
        await using CardService service = await CardService.StartAsync(
            TimeProvider.System, new CardFiles(session.Settings.Data), () => session.Settings.Issuer, () => HasDonationsAsync(session));
        // Whoever has started it holds the other end: it ends with them, also where they are killed.
        await using Stream input = Console.OpenStandardInput();
        Task stopped = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, session.Cancellation);
        await Task.WhenAny(input.CopyToAsync(Stream.Null), stopped);
    }

    private static async Task<bool> HasDonationsAsync(Session session)
    {
        // The server may just be starting: a token that it did not give is asked for again.
        using var tokens = new TokenSource(session.Settings.Issuer, session.Settings.Data);
        var client = new DonationService.DonationServiceClient(new AuthorizedInvoker(
            session.Channel.CreateCallInvoker(), await tokens.GetAsync(Role.Auditor, Roles.Tianyuan), Patience));
        var request = new ListDonationsRequest { Parent = Roles.Parent(Roles.Tianyuan), PageSize = 1 };
        ListDonationsResponse list = await client.ListDonationsAsync(request);
        return list.Donations.Count + list.Unreadable.Count > 0;
    }
}
