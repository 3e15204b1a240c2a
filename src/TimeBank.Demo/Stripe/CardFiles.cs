using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TimeBank.Proofs;

namespace TimeBank.Demo;

/// <summary>
/// The files of the demonstration's payment service, in a folder that only its owner may read: two made-up secrets, which the server reads
/// too, the address, and what has happened.
/// </summary>
/// <param name="data">The server's data folder.</param>
internal sealed class CardFiles(string data)
{
    private const int SecretBytes = 24;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.Combine(data, "stripe");

    /// <summary>The secret key of calls.</summary>
    public string Key() => Secret("key", "sk_test_");

    /// <summary>The signing secret of events.</summary>
    public string Signing() => Secret("signing", "whsec_");

    public void Publish(Uri address) => Write("address", address.ToString());

    /// <summary>Where the payment service listens, as it said last.</summary>
    /// <exception cref="IOException">None was started on this data folder.</exception>
    public Uri Address() => new(File.ReadAllText(Path.Combine(_folder, "address")).Trim());

    /// <summary>What has happened; null where nothing has.</summary>
    public JsonObject? Memory() => File.Exists(Path.Combine(_folder, "memory.json"))
        ? JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "memory.json")))!.AsObject() : null;

    public void Store(JsonObject memory) => Write("memory.json", memory.ToJsonString());

    private string Secret(string name, string prefix)
    {
        Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.UserExecute);
        return OwnerOnlyFile.ReadOrCreate(
            Path.Combine(_folder, name), () => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
    }

    /// <summary>Whole or not at all.</summary>
    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder, name), draft = $"{path}.new";
        File.Delete(draft);
        using (var file = new FileStream(
            draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (var writer = new StreamWriter(file)) writer.Write(text);
        File.Move(draft, path, overwrite: true);
    }
}
