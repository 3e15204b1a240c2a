using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class SqliteEngineTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-engine-tests-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    /// <summary>A second server would answer from memory, although the first has changed the journal since.</summary>
    [Fact]
    public void One_server_at_a_time_works_on_a_file()
    {
        using (StorageEngine first = Open(), second = Open())
        {
            first.Take();
            first.AddStores(new ServiceCollection(), migrate: true);
            string refused = Assert.Throws<StorageUnavailableException>(() => second.Take()).Message;
            Assert.Contains($"Another server works on {Path.Combine(_data, "timebank.db")}", refused, StringComparison.Ordinal);
            Assert.Throws<StorageUnavailableException>(() => second.Migrate(_ => { }));
            Assert.True(second.Verify(default).IsSound);
        }
        using StorageEngine next = Open();
        next.Take();
    }

    private StorageEngine Open() => StorageEngine.Of(new TimeBankOptions { Data = _data });
}
