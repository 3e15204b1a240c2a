using System.IO.Compression;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage;
using TimeBank.V1;
using Xunit;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <summary>
/// A database of an earlier build, on which <see cref="StoredHistory"/> was played. This build migrates and verifies it, reads all of it,
/// answers retries as that build did, and goes on; also after a move from SQLite to PostgreSQL. The page in <c>Fixtures</c> says how to
/// record such a database.
/// </summary>
public sealed class StoredDatabaseTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>, IDisposable
{
    private const string Parent = $"regions/{StoredHistory.Here}";

    /// <summary>
    /// Members of answers that are not stored but computed, by rules that have changed: the last day of an assessment was a day too early,
    /// and a run called again was judged by the day of the new call.
    /// </summary>
    private static readonly string[] ByTheRulesOfToday = ["validUntil", "skippedByReason"];

    private readonly string _folder = Directory.CreateTempSubdirectory("timebank-stored-database-").FullName;

    public static TheoryData<string, bool, bool> Databases => new() {
        { "before-2026-11-29", false, false }, { "before-2026-11-29", true, false }, { "before-2026-11-29", false, true } };

    private string Data => Path.Combine(_folder, "data");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Database_of_an_earlier_build_is_migrated_read_and_goes_on(string build, bool onPostgreSql, bool moved)
    {
        string database = await RestoreAsync(build, onPostgreSql);
        var options = new TimeBankOptions { Data = Data, Database = database };
        Assert.Equal(0, MigrateCommand.Run(options, dryRun: false, TextWriter.Null));
        if (moved)
        {
            database = options.Database = postgres.NewDatabase();
            Assert.Equal(0, MigrateCommand.Run(options, dryRun: false, TextWriter.Null));
            Assert.Equal(0, MoveCommand.Run(options, TextWriter.Null, TextWriter.Null));
        }
        AssertSound(options);
        string[] answers = await File.ReadAllLinesAsync(Path.Combine(_folder, "answers.jsonl"));

        await using (TestServer server = await TestServer.StartAsync(Data, StoredHistory.Clock, $"--TimeBank:Database={database}"))
        using (StoredHistory history = new(server, Data) { IsOfEarlierBuild = true })
        {
            LedgerHead before = await HeadAsync(server);
            IReadOnlyList<string> retried = await history.PlayAsync();
            Assert.Equal(answers.Length, retried.Count);
            Assert.Multiple([.. answers.Zip(retried).Select(pair => (Action)(() =>
                AssertSays(JsonElement.Parse(pair.First), JsonElement.Parse(pair.Second), pair.First)))]);
            // No command happened again. Only remembered refusals may grow: the import's refused line is judged afresh each time.
            LedgerHead after = await HeadAsync(server);
            Assert.Equal((before.Size, before.Tree.Root), (after.Size, after.Tree.Root));
            await AssertReceiptsAsync(history, before.Size);
            await ReadAsync(history);
            await history.SettleAsync();
            await history.GoOnAsync();
            LedgerHead head = await HeadAsync(server);
            Assert.True(head.Size > before.Size);
            await server.SignedAsync(head.Size);
            await AssertSidesAsync(history, before.Size);
        }
        AssertSound(options);
    }

    /// <summary>Asserts that an answer contains everything of the earlier build's answer. It may contain more.</summary>
    private static void AssertSays(JsonElement then, JsonElement now, string where)
    {
        Assert.True(then.ValueKind == now.ValueKind, $"{where} is answered by {now}.");
        if (then.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in then.EnumerateObject().Where(member => !ByTheRulesOfToday.Contains(member.Name)))
            {
                Assert.True(now.TryGetProperty(member.Name, out JsonElement value), $"{where} is answered without {member.Name}: {now}");
                AssertSays(member.Value, value, where);
            }
        }
        else if (then.ValueKind == JsonValueKind.Array)
        {
            Assert.True(then.GetArrayLength() == now.GetArrayLength(), $"{where} is answered by {now}.");
            foreach ((JsonElement was, JsonElement is_) in then.EnumerateArray().Zip(now.EnumerateArray())) AssertSays(was, is_, where);
        }
        else
        {
            Assert.True(then.GetRawText() == now.GetRawText(), $"{where} is answered by {now} where it was {then}.");
        }
    }

    /// <summary>Asserts that every entry's receipt is sound against the head that the earlier build signed.</summary>
    private static async Task AssertReceiptsAsync(StoredHistory history, long size)
    {
        LedgerService.LedgerServiceClient auditor = new(history.As(Role.Auditor));
        SignedCheckpoint signed = await auditor.GetCheckpointAsync(new GetCheckpointRequest { Parent = Parent });
        Assert.Equal(size, signed.TreeSize);
        VerifierKey[] keys = [.. signed.VerifierKeys.Select(VerifierKey.Parse)];
        for (long index = 0; index < size; index++)
        {
            InclusionProof proof = await auditor.GetInclusionProofAsync(
                new GetInclusionProofRequest { Name = $"{Parent}/entries/{index}" });
            Digest leaf = MerkleFrontier.EntryLeaf(proof.Salt.Span, proof.Entry.Span);
            Assert.Equal(new Digest(proof.Leaf.Span), leaf);
            var tlog = new TlogProof(
                default, index, [.. proof.Hashes.Select(hash => new Digest(hash.Span))], SignedNote.Parse(proof.Checkpoint));
            Assert.Equal(ReceiptStatus.Sound, Receipt.Check(tlog, leaf, keys, SigningKey.Check));
            Assert.Equal(index, (await auditor.GetEntryAsync(new GetEntryRequest { Name = proof.Name })).Index);
        }
    }

    /// <summary>
    /// Asserts who may read entries of gifts and holds. The earlier build's contain details of the giver or recipient, who alone may read
    /// them. Today's contain no such details, and both sides may read them.
    /// </summary>
    private static async Task AssertSidesAsync(StoredHistory history, long earlier)
    {
        (string volunteer, string relative) = history.Sides;
        LedgerService.LedgerServiceClient auditor = new(history.As(Role.Auditor));
        V1.Entry[] gifts = [.. (await auditor.ListEntriesAsync(new ListEntriesRequest { Parent = Parent, Code = "GIFT_HOURS" })).Entries];
        V1.Entry hold = (await auditor.ListEntriesAsync(
            new ListEntriesRequest { Parent = Parent, Code = "HOLD_SERVICE", NewestFirst = true })).Entries
            .First(entry => entry.Index < earlier && entry.Details["volunteer"] == volunteer.Split('/')[^1]);
        async Task<bool> MayReadAsync(Role role, string party, V1.Entry entry) =>
            !(await new LedgerService.LedgerServiceClient(history.As(role, party))
            .GetInclusionProofAsync(new GetInclusionProofRequest { Name = entry.Name })).Entry.IsEmpty;

        Assert.Equal([true, false], gifts.Select(gift => gift.Details.ContainsKey("hoursAfter")));
        Assert.Equal((true, false),
            (await MayReadAsync(Role.Volunteer, volunteer, gifts[0]), await MayReadAsync(Role.Elder, relative, gifts[0])));
        Assert.Equal((true, true),
            (await MayReadAsync(Role.Volunteer, volunteer, gifts[1]), await MayReadAsync(Role.Elder, relative, gifts[1])));
        Assert.Equal((false, true), (await MayReadAsync(Role.Volunteer, volunteer, hold), await MayReadAsync(Role.Elder, relative, hold)));
    }

    private static async Task ReadAsync(StoredHistory history)
    {
        var all = new Period
        {
            FirstDay = new Date { Year = 2026, Month = 1, Day = 1 }, LastDay = new Date { Year = 2027, Month = 12, Day = 31 }
        };
        ElderService.ElderServiceClient elders = new(history.As(Role.Auditor));
        VolunteerService.VolunteerServiceClient volunteers = new(history.As(Role.Auditor));
        Elder[] registered = [.. (await elders.ListEldersAsync(new ListEldersRequest { Parent = Parent })).Elders];
        V1.Volunteer[] enrolled = [.. (await volunteers.ListVolunteersAsync(new ListVolunteersRequest { Parent = Parent })).Volunteers];
        Assert.Equal((3, 2), (registered.Length, enrolled.Length));
        foreach (string person in registered.Select(elder => elder.Name).Concat(enrolled.Select(volunteer => volunteer.Name)))
        {
            Hours hours = await volunteers.GetHoursAsync(new GetHoursRequest { Person = person });
            ListHourPostingsResponse postings = await volunteers.ListHourPostingsAsync(new ListHourPostingsRequest { Person = person });
            Assert.True(hours.Available.Value + hours.Held.Value == hours.Earned.Value + hours.Gifted.Value + hours.Issued.Value,
                $"{hours} {postings}");
        }
        ServiceOrderService.ServiceOrderServiceClient orders = new(history.As(Role.Auditor));
        ServiceOrder[] listed = [.. (await orders.ListOrdersAsync(new ListOrdersRequest { Parent = Parent, Period = all })).Orders];
        // That build knew no review.
        Assert.Equal(Enum.GetValues<V1.OrderState>().Except([V1.OrderState.Unspecified, V1.OrderState.InReview]).ToHashSet(), listed
            .Select(order => order.State).ToHashSet());
        foreach (ServiceOrder order in listed) Assert.Equal(order, await orders.GetOrderAsync(new GetOrderRequest { Name = order.Name }));

        VoucherService.VoucherServiceClient vouchers = new(history.As(Role.Auditor));
        Voucher[] issued = [.. (await vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = Parent })).Vouchers];
        Assert.Equal([VoucherState.Expired, VoucherState.Expired, VoucherState.Voided, VoucherState.Active], issued
            .Select(voucher => voucher.State));
        FundService.FundServiceClient funds = new(history.As(Role.Auditor));
        foreach (Fund fund in (await funds.ListFundsAsync(new ListFundsRequest { Parent = Parent })).Funds)
        {
            FundReport report = await funds.GetFundReportAsync(new GetFundReportRequest { Fund = fund.Name });
            Statement statement = await funds.GetFundStatementAsync(new GetFundStatementRequest { Fund = fund.Name, Period = all });
            Assert.Equal(fund.Available.Value, statement.Closing.Amount.Value);
            Assert.NotNull(report);
        }
        foreach (V1.Programme programme in (await funds.ListProgrammesAsync(new ListProgrammesRequest { Parent = Parent })).Programmes)
        {
            Assert.NotNull(await funds.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = programme.Name }));
        }
        ProviderService.ProviderServiceClient providers = new(history.As(Role.Auditor));
        foreach (Provider provider in (await providers.ListProvidersAsync(new ListProvidersRequest { Parent = Parent })).Providers)
        {
            Assert.NotNull((await providers.GetProviderStatementAsync(
                new GetProviderStatementRequest { Provider = provider.Name, Period = all })).Closing);
        }
        PolicyService.PolicyServiceClient policies = new(history.As(Role.Auditor));
        Assert.Equal(["own-2", "own-1"], (await policies.ListVersionsAsync(new ListPolicyVersionsRequest { Parent = Parent })).Versions
            .Select(version => version.Version));
    }

    private static void AssertSound(TimeBankOptions options)
    {
        using StringWriter output = new(), errors = new();
        Assert.True(VerifyCommand.Run(options, output, errors) == 0, $"{errors}");
        Assert.Contains("and the journal from what was signed", output.ToString(), StringComparison.Ordinal);
    }

    private static async Task<LedgerHead> HeadAsync(TestServer server) =>
        await server.Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(RegionCode.Parse(StoredHistory.Here), default);

    /// <summary>Unpacks a recorded database.</summary>
    /// <returns>The connection string; empty for SQLite.</returns>
    private async Task<string> RestoreAsync(string build, bool onPostgreSql)
    {
        await ZipFile.ExtractToDirectoryAsync(
            Path.Combine(Golden.Folder, $"../Fixtures/{build}.{(onPostgreSql ? "postgresql" : "sqlite")}.zip"), _folder);
        foreach (string key in Directory.GetFiles(Data, "*.key").Concat(Directory.GetFiles(Data, "*.pem"))) File.SetUnixFileMode(
            key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (!onPostgreSql) return "";
        string database = postgres.NewDatabase(), other = postgres.NewDatabase();
        // A dump contains no roles. Migrating another database first makes the role to which the dump grants rights.
        using (var roles = new PostgreSqlDatabase(other)) PostgreSqlSchema.Migrate(roles);
        // Lines with a backslash are commands of psql, not SQL.
        IEnumerable<string> dump = (await File.ReadAllLinesAsync(Path.Combine(_folder, "database.sql")))
            .Where(line => !line.StartsWith('\\'));
        PostgreSqlFixture.Execute(database, string.Join('\n', dump));
        return database;
    }
}
