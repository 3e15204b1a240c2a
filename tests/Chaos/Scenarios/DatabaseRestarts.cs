using Grpc.Health.V1;
using TimeBank.Chaos.Machines;
using TimeBank.Testing;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Stops PostgreSQL at once under load and starts it again, while the server stays up.</summary>
internal static class DatabaseRestarts
{
    private const int Answers = 20, ToldOff = 16;

    public static async Task<string> RunAsync(Machine machine, PostgreSqlServer database, int rounds, int seed, Action<string> say)
    {
        await using Drill drill = await Drill.BeginAsync(machine, seed);
        for (int round = 1; round <= rounds; round++)
        {
            int unanswered = drill.Unanswered;
            await drill.AnswersAsync(Answers);
            await database.StopAtOnceAsync();
            await drill.UntilAsync(() => drill.Unanswered >= unanswered + ToldOff, "callers are told that nothing can be recorded");
            await HealthAsync(drill, ServingStatus.NotServing);
            await database.StartAgainAsync();
            await drill.AnswersAsync(Answers);
            await HealthAsync(drill, ServingStatus.Serving);
            say($"{machine.Engine}: restart {round} of {rounds} of the database: UNAVAILABLE {drill.Unanswered - unanswered} times, and "
                + "on it went");
        }
        return await drill.EndAsync();
    }

    private static async Task HealthAsync(Drill drill, ServingStatus expected)
    {
        var health = new Health.HealthClient(drill.Connection.Invoker);
        await drill.UntilAsync(async () => (await health.CheckAsync(new HealthCheckRequest())).Status == expected,
            $"the server's health is {expected}");
    }
}
