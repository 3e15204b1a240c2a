using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The rights of the files in the server's data folder, which holds names and birth dates.</summary>
public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("timebank-folder-tests-");

    private string Data => Path.Combine(_temp.FullName, "new", "data");

    [Fact]
    public async Task All_that_the_server_makes_is_its_owners_alone()
    {
        await using TestServer server = await TestServer.StartAsync(Data);
        await server.WriteAsync(1);
        await server.SignedAsync(1);

        Assert.Contains(Made(), file => file.EndsWith("timebank.db-wal", StringComparison.Ordinal));
        Assert.Contains(Made(), file => file.EndsWith("430211.checkpoint", StringComparison.Ordinal));
        Assert.Empty(OpenToOthers());
        Assert.Equal(Owner, File.GetUnixFileMode(Data));
    }

    [Fact]
    public async Task What_an_older_build_left_open_is_mended_at_the_start()
    {
        await using (TestServer server = await TestServer.StartAsync(Data))
        {
            await server.WriteAsync(1);
            await server.SignedAsync(1);
        }
        await File.WriteAllTextAsync(Path.Combine(Data, "server.log"), "");
        // The server must not change the rights of a file that is not its own.
        string strange = Path.Combine(Data, "notes.txt");
        await File.WriteAllTextAsync(strange, "");
        string[] secrets = [".pem", ".key", ".secret"];
        foreach (string file in Made().Where(file => !secrets.Contains(Path.GetExtension(file))))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
        Assert.NotEmpty(OpenToOthers());

        await using TestServer again = await TestServer.StartAsync(Data);
        Assert.Null((await again.WriteAsync(2)).Refusal);

        Assert.Equal([strange], OpenToOthers());
    }

    [Fact]
    public void What_migrate_makes_is_its_owners_alone()
    {
        Assert.Equal(0, MigrateCommand.Run(new TimeBankOptions { Data = Data }, dryRun: false, TextWriter.Null));

        Assert.NotEmpty(Made());
        Assert.Empty(OpenToOthers());
        Assert.Equal(Owner, File.GetUnixFileMode(Data));
    }

    public void Dispose() => _temp.Delete(recursive: true);

    private string[] Made() => Directory.GetFiles(Data, "*", SearchOption.AllDirectories);

    private string[] OpenToOthers() => [.. Made().Where(file => (File.GetUnixFileMode(file) & ~Owner) != 0)];
}
