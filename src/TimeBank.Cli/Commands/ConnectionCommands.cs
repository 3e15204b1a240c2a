using System.CommandLine;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Health.V1;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Asks whether the server answers; gives tokens for calls with other tools.</summary>
internal static class ConnectionCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) => [Token(make), Health(make)];

    private static Command Token(CommandFactory make)
    {
        Option<string> role = make.Option("--role", "岗位，如 auditor、provider-clerk", "the role, such as auditor or provider-clerk",
            required: true);
        Option<string> party = make.Option("--party", "本人或本单位，如 volunteers/ID", "the caller's own party, such as volunteers/ID");
        Option<string> subject = make.Option("--subject", "经办人编号，记入账簿", "who acts, as the journal keeps it");
        return make.Command("token", "向本机签发处取得令牌", "get a token from the local issuer", [role, party, subject], async (session, parsed) =>
        {
            string own = parsed.GetValue(party) is { Length: > 0 } given
                ? ResourceNames.Full("", given, session.Settings.Region).Replace("//", "/", StringComparison.Ordinal) : "";
            string token = await session.Tokens.GetAsync(EnumText.Parse<Role>(parsed.GetValue(role)!), session.Settings.Region, own,
                parsed.GetValue(subject) ?? "");
            if (session.Screen.IsJson) session.Screen.Raw(new JsonObject { ["accessToken"] = token, ["tokenType"] = "Bearer" });
            else session.Screen.Raw(token);
        });
    }

    private static Command Health(CommandFactory make)
    {
        Option<int> wait =
            new("--wait") { Description = make.Language["等到服务器就绪，最多多少秒", "wait until the server is ready, at most so many seconds"] };
        return make.Command("health", "服务器是否就绪", "whether the server is ready", [wait], async (session, parsed) =>
        {
            TimeProvider clock = TimeProvider.System;
            long start = clock.GetTimestamp();
            TimeSpan patience = TimeSpan.FromSeconds(parsed.GetValue(wait));
            var client = new Health.HealthClient(session.Channel);
            while (true)
            {
                try
                {
                    HealthCheckResponse answer = await client.CheckAsync(new HealthCheckRequest(),
                        deadline: clock.GetUtcNow().UtcDateTime.AddSeconds(5), cancellationToken: session.Cancellation);
                    if (answer.Status == HealthCheckResponse.Types.ServingStatus.Serving || clock.GetElapsedTime(start) >= patience)
                    {
                        session.Screen.Show(answer, () => session.Screen.Line(answer.Status.ToString()));
                        return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving ? ExitCode.Ok : ExitCode.Unavailable;
                    }
                }
                catch (RpcException error) when (error.StatusCode is (StatusCode.Unavailable or StatusCode.DeadlineExceeded)
                    && clock.GetElapsedTime(start) < patience)
                {
                    // The server is not up yet.
                }
                await Task.Delay(TimeSpan.FromMilliseconds(200), clock, session.Cancellation);
            }
        });
    }
}
