using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class SignedJournalTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-signed-tests-").FullName;

    private string Keys => Path.Combine(_data, "checkpoint-keys.pem");

    [Fact]
    public async Task Older_database_is_not_written_and_verify_says_so()
    {
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Null((await server.WriteAsync(1)).Refusal);
            await server.SignedAsync(1);
        }
        Dictionary<string, byte[]> backup = Backup();
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Null((await server.WriteAsync(2)).Refusal);
            await server.SignedAsync(2);
        }
        Assert.Equal((0, ""), Verify());
        Dictionary<string, byte[]> latest = Backup();

        Restore(backup);
        (int code, string message) = Verify();
        Assert.Equal(1, code);
        Assert.Contains("regions/430211/head: signed checkpoint", message, StringComparison.Ordinal);
        Assert.Contains("has 1 entries, but a checkpoint of 2 was signed", message, StringComparison.Ordinal);
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Equal(Reason.JournalRolledBack, (await server.WriteAsync(3)).Refusal!.Reason);
            // The writer does not answer a known request either: its outcome may differ from the one that it gave.
            Assert.Equal(Reason.JournalRolledBack, (await server.WriteAsync(1)).Refusal!.Reason);
        }

        Restore(latest);
        Assert.Equal((0, ""), Verify());
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Equal(2, (await server.WriteAsync(3)).Entry!.Index);
        }
    }

    [Fact]
    public async Task Server_that_must_not_write_a_journal_is_not_serving_until_that_is_mended()
    {
        string file = Path.Combine(_data, "checkpoints", "430211.checkpoint");
        await using (TestServer before = await TestServer.StartAsync(_data))
        {
            await before.WriteAsync(1);
            await before.SignedAsync(1);
        }
        string honest = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file,
            honest.Replace("timebank.example/430211\n1\n", "timebank.example/430211\n2\n", StringComparison.Ordinal));
        await using TestServer server = await TestServer.StartAsync(_data);
        Assert.Equal(Reason.JournalRolledBack, (await server.WriteAsync(2)).Refusal!.Reason);
        var clock = new Stopwatch();
        using DatabaseHealth health = ActivatorUtilities.CreateInstance<DatabaseHealth>(server.Services, clock);
        using var channel = GrpcChannel.ForAddress(server.Grpc);

        // The figures for operators asked at the start, and an answer is good for two seconds.
        long start = TimeProvider.System.GetTimestamp();
        while ((await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status
            != HealthCheckResponse.Types.ServingStatus.NotServing)
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "It goes on saying that it serves.");
        HealthCheckResult refused = await health.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Unhealthy, refused.Status);
        Assert.Contains("430211", refused.Description, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, honest);
        clock.Seconds = 2;
        // Nobody wrote in the meantime, so health must look by itself.
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
        Assert.Equal(1, (await server.WriteAsync(2)).Entry!.Index);
    }

    [Fact]
    public async Task Database_that_is_gone_is_not_begun_anew()
    {
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            await server.WriteAsync(1);
            await server.SignedAsync(1);
        }
        Restore([]);
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Equal(Reason.JournalRolledBack, (await server.WriteAsync(1)).Refusal!.Reason);
        }
        Assert.Equal(1, Verify().Code);
    }

    [Theory]
    [InlineData(false, "a signature that isn't over this text")]
    [InlineData(true, "signed by none of the keys here")]
    public async Task Checkpoint_that_our_keys_did_not_sign_is_not_gone_on_from(bool otherKey, string why)
    {
        string file = Path.Combine(_data, "checkpoints", "430211.checkpoint");
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            await server.WriteAsync(1);
            await server.SignedAsync(1);
        }
        string honest = await File.ReadAllTextAsync(file), key = await File.ReadAllTextAsync(Keys);
        var note = SignedNote.Parse(honest);
        if (otherKey) await File.WriteAllTextAsync(Keys, SigningKey.Create());
        else await File.WriteAllTextAsync(
            file, (note with { Text = new Checkpoint("timebank.example/430211", 1, Digest.Of([1])).Text }).ToString());

        (int code, string message) = Verify();
        Assert.Equal(1, code);
        Assert.Contains(why, message, StringComparison.Ordinal);
        Reason reason = otherKey ? Reason.SignedByOtherKeys : Reason.JournalRolledBack;
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            Assert.Equal(reason, (await server.WriteAsync(2)).Refusal!.Reason);
        }

        await File.WriteAllTextAsync(file, honest);
        await File.WriteAllTextAsync(Keys, key);
        Assert.Equal((0, ""), Verify());
    }

    [Fact]
    public async Task Verify_says_where_nothing_was_signed()
    {
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            await server.WriteAsync(1);
            await server.SignedAsync(1);
        }
        using StringWriter signed = new(), unsigned = new(), noKeys = new();
        Assert.Equal(0, VerifyCommand.Run(new TimeBankOptions { Data = _data }, signed, TextWriter.Null));
        Assert.Contains("and the journal from what was signed", signed.ToString(), StringComparison.Ordinal);

        File.Move(Keys, $"{Keys}.away");
        Assert.Equal(0, VerifyCommand.Run(new TimeBankOptions { Data = _data }, noKeys, TextWriter.Null));
        Assert.Contains("no checkpoint's signature was checked", noKeys.ToString(), StringComparison.Ordinal);

        // The database's own word doesn't count: a restored one tells what it has.
        Directory.Delete(Path.Combine(_data, "checkpoints"), recursive: true);
        Assert.Equal(0, VerifyCommand.Run(new TimeBankOptions { Data = _data }, unsigned, TextWriter.Null));
        Assert.Contains("no signed checkpoint", unsigned.ToString(), StringComparison.Ordinal);
        // Verify still read the checkpoint in the database.
        Assert.Contains("no checkpoint's signature was checked", unsigned.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("from what was signed", unsigned.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_made_for_their_owner_alone_and_exchanged_with_an_overlap()
    {
        VerifierKey old;
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            await server.WriteAsync(1);
            SignedNote note = await server.SignedAsync(1);
            old = SigningKey.Read(await File.ReadAllTextAsync(Keys))[0].Signer("timebank.example/430211").Key;
            Assert.Equal(NoteStatus.Signed, note.Check([old], SigningKey.Check));
            Assert.Equal("timebank.example/430211", Checkpoint.Parse(note.Text).Origin);
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Keys));

        await File.AppendAllTextAsync(Keys, SigningKey.Create());
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            SignedNote note = await server.SignedAsync(1, signatures: 2);
            VerifierKey[] both =
                [.. SigningKey.Read(await File.ReadAllTextAsync(Keys)).Select(key => key.Signer("timebank.example/430211").Key)];
            Assert.Equal(2, both.Length);
            Assert.All(both, key => Assert.Equal(NoteStatus.Signed, note.Check([key], SigningKey.Check)));
        }
    }

    [Fact]
    public async Task Keys_and_name_may_come_from_the_settings()
    {
        string pem = SigningKey.Create();
        await using TestServer server =
            await TestServer.StartAsync(_data, $"--TimeBank:CheckpointKeys={pem}", "--TimeBank:Origin=log.zhuzhou.example/timebank",
            $"--TimeBank:Checkpoints={_data}/elsewhere");
        await server.WriteAsync(1);
        SignedNote note = await server.SignedAsync(1);

        Assert.Equal(NoteStatus.Signed,
            note.Check([SigningKey.Read(pem)[0].Signer("log.zhuzhou.example/timebank/430211").Key], SigningKey.Check));
        Assert.False(File.Exists(Keys));
        Assert.True(File.Exists(Path.Combine(_data, "elsewhere", "430211.checkpoint")));
    }

    [Fact]
    public void Keys_that_others_may_read_are_refused()
    {
        File.WriteAllText(Keys, SigningKey.Create());
        File.SetUnixFileMode(Keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Refused("chmod 600");
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n")]
    public void What_is_no_key_is_refused(string content)
    {
        File.WriteAllText(Keys, content);
        File.SetUnixFileMode(Keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Refused("checkpoint-keys.pem");
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://timebank.example")]
    [InlineData("time bank")]
    [InlineData("a+b")]
    public void Name_that_no_key_can_have_is_refused(string origin) => Refused("TimeBank:Origin", $"--TimeBank:Origin={origin}");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private void Refused(string why, params string[] settings) =>
        Assert.Contains(why, Assert.Throws<InvalidOperationException>(
            () => TimeBankServer.Build([.. TestServer.Arguments(_data), .. settings])).Message, StringComparison.Ordinal);

    /// <summary>The database file and its write-ahead log.</summary>
    private Dictionary<string, byte[]> Backup() => Directory.GetFiles(_data, "timebank.db*")
        .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).ToDictionary(file => file, File.ReadAllBytes);

    private void Restore(Dictionary<string, byte[]> backup)
    {
        foreach (string file in Directory.GetFiles(_data, "timebank.db*")) File.Delete(file);
        foreach ((string file, byte[] bytes) in backup) File.WriteAllBytes(file, bytes);
    }

    private (int Code, string Message) Verify()
    {
        using var errors = new StringWriter();
        return (VerifyCommand.Run(new TimeBankOptions { Data = _data }, TextWriter.Null, errors), errors.ToString());
    }
}
