using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool as a process against a running server: a receipt checked offline, and a witness.</summary>
public sealed class ProofToolTests : IDisposable
{
    private const string Origin = "timebank.example/430211";
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Fact]
    public async Task Receipt_is_checked_offline_and_a_witness_sees_a_journal_that_only_grows()
    {
        string receipt = Path.Combine(_data, "my.tlog-proof"), state = Path.Combine(_data, "witness.state"),
            cosigned = Path.Combine(_data, "cosigned"), own = Path.Combine(_data, "witness.pem");
        string[] witness = ["witness", "--own-key", own, "--name", "witness.example", "--state", state, "-o", cosigned];
        string key;
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            await server.WriteAsync(1);
            await server.WriteAsync(2);
            key = SigningKey.Read(await File.ReadAllTextAsync(Path.Combine(_data, "checkpoint-keys.pem")))[0].Signer(Origin).Key.ToString();
            Assert.Equal((0, ""), await RunAsync(server, "receipt", "--entry", "1", "-o", receipt));
            await server.SignedAsync(2);
            Assert.Equal((0, ""), await RunAsync(server, [.. witness, "--key", key]));
            await server.WriteAsync(3);
            await server.SignedAsync(3);
            Assert.Equal((0, ""), await RunAsync(server, [.. witness, "--key", key]));
        }
        // The server has stopped: the check works offline.
        Assert.Equal((0, ""), await RunAsync(null, "check", receipt, "--key", key));
        var note = SignedNote.Parse(await File.ReadAllBytesAsync(cosigned));
        VerifierKey cosigner = SigningKey.Read(await File.ReadAllTextAsync(own))[0].Signer("witness.example", SignatureType.Cosignature)
            .Key;
        Assert.Equal(3, Checkpoint.Parse(note.Text).Size);
        Assert.Equal(NoteStatus.Signed, note.Check([cosigner], SigningKey.Check));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(own));

        // Somebody with the journal's key starts another history. The server cannot notice; the witness does.
        string before = await File.ReadAllTextAsync(state);
        foreach (string file in Directory.GetFiles(_data, "timebank.db*")) File.Delete(file);
        Directory.Delete(Path.Combine(_data, "checkpoints"), recursive: true);
        await using (TestServer server = await TestServer.StartAsync(_data))
        {
            await server.WriteAsync(4);
            await server.SignedAsync(1);
            (int code, string error) = await RunAsync(server, [.. witness, "--key", key]);
            Assert.Equal(1, code);
            Assert.Contains("the journal went back. 3 entries were seen last, and now there are 1.", error, StringComparison.Ordinal);
            for (int request = 5; request < 9; request++) await server.WriteAsync(request);
            await server.SignedAsync(5);
            (code, error) = await RunAsync(server, [.. witness, "--key", key]);
            Assert.Equal(1, code);
            Assert.Contains("the journal forked", error, StringComparison.Ordinal);
            string other = SigningKey.Read(SigningKey.Create())[0].Signer(Origin).Key.ToString();
            (code, error) = await RunAsync(server, [.. witness, "--key", other]);
            Assert.Equal(1, code);
            Assert.Contains("isn't signed by this key", error, StringComparison.Ordinal);
        }
        Assert.Equal(before, await File.ReadAllTextAsync(state));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<(int Code, string Error)> RunAsync(TestServer? server, params string[] args)
    {
        (int code, _, string error) = await Tool.RunAsync(_data, server, args);
        return (code, error);
    }
}
