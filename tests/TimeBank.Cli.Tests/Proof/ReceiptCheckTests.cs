using System.Text;
using System.Text.Json;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class ReceiptCheckTests : IDisposable
{
    private const string Origin = "timebank.example/430211", Entry = """{"version":1,"region":"430211","index":1}""";
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(at => (byte)at)];

    private readonly string _folder = Directory.CreateTempSubdirectory("timebank-receipts-").FullName;
    private readonly SigningKey _key = SigningKey.Read(SigningKey.Create())[0], _other = SigningKey.Read(SigningKey.Create())[0];

    private string Key => _key.Signer(Origin).Key.ToString();

    private string Witness => _other.Signer("witness.example", SignatureType.Cosignature).Key.ToString();

    [Theory]
    [InlineData("en", "Sound: the entry is in the signed journal.")]
    [InlineData("zh-CN", "有效")]
    public async Task Sound_receipt_ends_with_0_and_shows_what_it_proves(string language, string word)
    {
        var around = new TestEnvironment();
        Assert.Equal(0, await around.RunAsync("check", Write(Make()), "--key", Key, "--lang", language));

        Assert.Contains(word, around.Out, StringComparison.Ordinal);
        Assert.Contains(Origin, around.Out, StringComparison.Ordinal);
        Assert.Contains(Entry, around.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_may_stand_in_a_file_beside_others()
    {
        string keys = Path.Combine(_folder, "keys");
        await File.WriteAllTextAsync(keys, $"{_other.Signer(Origin).Key}\n{Key}\n");

        Assert.Equal(0, await new TestEnvironment().RunAsync("check", Write(Make()), "--key", keys));
    }

    [Fact]
    public async Task Scripts_get_json()
    {
        var around = new TestEnvironment();
        Assert.Equal(1, await around.RunAsync("check", Write(Make() with { Index = 0 }), "--key", Key, "--json"));

        using JsonDocument answer = JsonDocument.Parse(around.Out);
        Assert.False(answer.RootElement.GetProperty("sound").GetBoolean());
        Assert.Equal("OTHER_ROOT", answer.RootElement.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, answer.RootElement.GetProperty("entry").ValueKind);
    }

    public static TheoryData<string, string> Changed() => new()
    {
        { "index 1", "index 0" },
        { "index 1", "index 7" },
        { $"{Origin}\n3\n", $"{Origin}\n4\n" },
        { $"{Origin}\n3\n", "timebank.example/430203\n3\n" },
        { Convert.ToBase64String(Encoding.UTF8.GetBytes("\"index\":1}")), Convert.ToBase64String(Encoding.UTF8.GetBytes("\"index\":2}")) },
    };

    [Theory]
    [MemberData(nameof(Changed))]
    public async Task Changed_receipt_ends_with_1_and_repeats_nothing_of_it(string from, string to)
    {
        string text = Make().ToString();
        string changed = text.Contains(from, StringComparison.Ordinal)
            ? text.Replace(from, to, StringComparison.Ordinal) : (Make() with { Extra = (byte[])[.. Salt, .. "{}"u8] }).ToString();
        var around = new TestEnvironment();

        Assert.Equal(1, await around.RunAsync("check", Write(changed), "--key", Key, "--lang", "en"));
        Assert.StartsWith("Not sound: ", around.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("version", around.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_key_ends_with_1()
    {
        var around = new TestEnvironment();
        Assert.Equal(1, await around.RunAsync("check", Write(Make()), "--key", _other.Signer(Origin).Key.ToString(), "--lang", "en"));
        Assert.Contains("no signature by this key", around.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Witness_that_is_asked_for_must_have_cosigned()
    {
        string alone = Write(Make());
        var around = new TestEnvironment();
        Assert.Equal(1, await around.RunAsync("check", alone, "--key", Key, "--witness", Witness, "--lang", "en"));
        Assert.Contains("witness.example hasn't cosigned", around.Out, StringComparison.Ordinal);

        TlogProof proof = Make();
        string cosigned =
            Write(proof with
            {
                Checkpoint = proof.Checkpoint.With(
            _other.Signer("witness.example", SignatureType.Cosignature).Sign(proof.Checkpoint.Text, DateTimeOffset.UnixEpoch))
            });
        around = new TestEnvironment();
        Assert.Equal(0, await around.RunAsync("check", cosigned, "--key", Key, "--witness", Witness, "--lang", "en"));
        Assert.Contains("witness.example 1970-01-01 00:00:00Z", around.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_without_the_entry_takes_it_from_its_holder()
    {
        string receipt = Write(Make() with { Extra = default }), entry = Path.Combine(_folder, "entry.json");
        await File.WriteAllTextAsync(entry, Entry);

        Assert.Equal(2, await new TestEnvironment().RunAsync("check", receipt, "--key", Key));
        Assert.Equal(2, await new TestEnvironment().RunAsync("check", receipt, "--key", Key, "--entry-file", entry));
        Assert.Equal(2, await new TestEnvironment().RunAsync("check", receipt, "--key", Key, "--entry-file", entry, "--salt", "00"));
        Assert.Equal(0, await new TestEnvironment()
            .RunAsync("check", receipt, "--key", Key, "--entry-file", entry, "--salt", Convert.ToHexString(Salt)));
        Assert.Equal(1, await new TestEnvironment()
            .RunAsync("check", receipt, "--key", Key, "--entry-file", entry, "--salt", new string('0', 32)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\n")]
    public async Task What_is_no_receipt_ends_with_2(string content)
    {
        var around = new TestEnvironment();
        Assert.Equal(2, await around.RunAsync("check", Write(content), "--key", Key));
        Assert.NotEmpty(around.Error);
    }

    [Fact]
    public async Task What_is_no_key_or_no_file_ends_with_2()
    {
        Assert.Equal(2, await new TestEnvironment().RunAsync("check", Write(Make()), "--key", "nonsense"));
        Assert.Equal(2, await new TestEnvironment().RunAsync("check", Write(Make()), "--key", Witness));
        Assert.Equal(2, await new TestEnvironment().RunAsync("check", Write(Make())));
        Assert.Equal(2, await new TestEnvironment().RunAsync("check", Path.Combine(_folder, "missing"), "--key", Key));
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Write(object receipt)
    {
        string path = Path.Combine(_folder, "a.tlog-proof");
        File.WriteAllText(path, receipt.ToString());
        return path;
    }

    /// <summary>A tree of three leaves with the entry in the middle.</summary>
    private TlogProof Make()
    {
        Digest first = MerkleFrontier.Leaf([1]), entry = MerkleFrontier.EntryLeaf(Salt, Encoding.UTF8.GetBytes(Entry)),
            last = MerkleFrontier.Leaf([3]);
        var head = new Checkpoint(Origin, 3, MerkleFrontier.Empty.Append(first).Append(entry).Append(last).Root);
        return new TlogProof((byte[])[.. Salt, .. Encoding.UTF8.GetBytes(Entry)], 1, [first, last],
            head.Sign([_key.Signer(Origin)], default));
    }
}
