using System.Security.Cryptography;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class VaultKeysTests
{
    [Fact]
    public void A_server_alone_on_loopback_makes_the_file_and_any_other_asks_for_it()
    {
        string data = Directory.CreateTempSubdirectory("timebank-vault-").FullName;
        var alone = new TimeBankOptions { Data = data };

        foreach (TimeBankOptions other in (TimeBankOptions[])[new() { Data = data, Grpc = "10.0.0.5:5081" },
            new() { Data = data, Cluster = "district", Database = "Host=127.0.0.1" },
            new() { Data = data, Cluster = "district", VaultKeyFile = Path.Combine(data, "elsewhere") }])
        {
            InvalidOperationException missing =
                Assert.Throws<InvalidOperationException>(() => VaultKeys.Open(other, RandomNumberGenerator.GetBytes));
            Assert.Contains("openssl rand -base64 32", missing.Message, StringComparison.Ordinal);
        }
        using VaultKeys made = VaultKeys.Open(alone, RandomNumberGenerator.GetBytes),
            again = VaultKeys.Open(alone, RandomNumberGenerator.GetBytes);
        Assert.Equal(made.Current.Id, again.Current.Id);
        string file = Path.Combine(data, "vault.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<InvalidOperationException>(() =>
            VaultKeys.Open(alone, RandomNumberGenerator.GetBytes)).Message, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }
}
