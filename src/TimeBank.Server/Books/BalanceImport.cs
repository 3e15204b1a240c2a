using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Server;

/// <summary>
/// Imports balances of another system, an entry for each line. It records the lines of one account in order, and accounts in parallel: only
/// an account's own limits can refuse a line, so the order of accounts does not matter.
/// </summary>
internal sealed class BalanceImport(IGrainFactory grains, ILedgerReader ledger, DayRules rules, BusinessClock clock, RegionCode region,
    Slug source,
    Command command)
{
    private const int MaxKeyLength = 100;

    /// <param name="cancellation">Ends the import before its next line. Recorded lines stay; another call goes on.</param>
    public async Task<ImportBalancesResponse> RunAsync(IReadOnlyList<ImportLine> lines, CancellationToken cancellation)
    {
        string policy = (await rules.PolicyAsync(region, clock.Today)).Version.ToString();
        LedgerHead head = await ledger.ReadHeadAsync(region, cancellation);
        var answers = new LineAnswer[lines.Count];
        RefuseRepeated(lines, (at, other) =>
            answers[at] = Refused(lines[at], new FieldViolation("key", "LINE_ID_REPEATED", ("line", $"{other.Number}"))));
        await Task.WhenAll(lines.Index().Where(line => answers[line.Index] is null).GroupBy(line => line.Item.Account)
            .Select(async group =>
        {
            var scratch = new WorkingState(head);
            foreach ((int at, ImportLine line) in group)
            {
                cancellation.ThrowIfCancellationRequested();
                answers[at] = await RecordAsync(line, policy, scratch);
            }
        }));
        return new ImportBalancesResponse
        {
            Recorded = answers.Count(answer => answer is { IsKnown: false, Refusal: null }),
            Known = answers.Count(answer => answer.IsKnown),
            Refused = { answers.Select(answer => answer.Refusal).OfType<ImportRefusal>() },
        };
    }

    /// <summary>
    /// Refuses all lines of a call that share a key; each refusal names another of them. Only one could be recorded, and only the sender
    /// knows whether the others are copies or other amounts: a spreadsheet may have rounded many ids to one number.
    /// </summary>
    private static void RefuseRepeated(IReadOnlyList<ImportLine> lines, Action<int, ImportLine> refuse)
    {
        foreach (IGrouping<string, (int Index, ImportLine Item)> same in lines.Index().Where(line => line.Item.Key.Length > 0)
            .GroupBy(line => line.Item.Key, StringComparer.Ordinal))
        {
            if (same.Skip(1).FirstOrDefault().Item is not { } second) continue;
            (int first, ImportLine line) = same.First();
            refuse(first, second);
            foreach ((int at, _) in same.Skip(1)) refuse(at, line);
        }
    }

    /// <exception cref="RpcException">The writer can't write now. The import ends; another call goes on.</exception>
    private async Task<LineAnswer> RecordAsync(ImportLine line, string policy, WorkingState scratch)
    {
        var content = new ImportLine(line) { Number = 0 };
        var digest = Digest.Of(
            [.. Encoding.UTF8.GetBytes($"import {source}"), 0, .. Google.Protobuf.MessageExtensions.ToByteArray(content)]);
        // The id does not contain the sender, so another person can go on with the import.
        var id = EntryId.Of($"import/{source}", new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(line.Key))[..16]));
        EntryId Attempt(int number) => number == 0 ? id : id.Step($"{number}");
        (int attempt, Outcome? happened) = await grains.Writer(region).AttemptAsync(Attempt);
        // Look before any rule: a line that an older build recorded stays known, whatever its rules were.
        if (happened is not null) return happened.RequestDigest == digest ? LineAnswer.Known : Reused(line, happened);

        var read = new RequestReader();
        string key = read.Key(line.Key, "key", MaxKeyLength), memo = read.Text(line.Memo, "memo", EntryHeader.MaxMemoLength);
        V1.Side side = read.Choice(line.Side, "side");
        DateOnly day = read.PastDay(line.Date, "date", clock.Today);
        if (!AccountPath.TryParse(line.Account, out AccountPath path))
        {
            read.Refuse("account", line.Account.Length == 0 ? "REQUIRED" : "NOT_A_NAME", ("pattern", "fund/lottery/available"));
        }
        if (read.Violations is [var wrong, ..]) return Refused(line, wrong);
        if (Chart.Importable(path) is not { } account)
        {
            return Refused(line, Refusal.Of(Reason.AccountNotImportable, ("account", path.Text), ("field", "account")));
        }
        long amount = read.Amount(line.Amount, "amount", account.Unit);
        if (read.Violations is [var missing, ..]) return Refused(line, missing);
        if (read.WrongAmount is { } wrongAmount) return Refused(line, wrongAmount);
        if (await UnregisteredAsync(path) is { } unknown) return Refused(line, unknown);

        EntryHeader header = command.Header(Attempt(attempt), day, policy, ("source", source.Text), ("key", key)) with
        {
            RequestDigest = digest, Memo = memo,
        };
        Proposal proposal = Entries.Import(header, account, side == V1.Side.Debit, amount);
        Outcome outcome = command.IsDryRun ? await DryRunAsync(scratch, proposal) : await grains.Writer(region).SubmitAsync(proposal);
        return outcome.Refusal switch
        {
            null => outcome.Replayed ? LineAnswer.Known : LineAnswer.Recorded,
            { Reason: Reason.RequestIdReused } => Reused(line, null),
            var refusal => Refused(line, refusal),
        };
    }

    /// <summary>Makes a dry run of a line, on a copy of the writer's accounts that has the account's lines before it.</summary>
    private async Task<Outcome> DryRunAsync(WorkingState scratch, Proposal proposal)
    {
        PrefetchKeys missing = scratch.Missing([proposal], [], []);
        ImmutableArray<Ledger.Account> found = await grains.Writer(region).AccountsAsync([.. missing.Paths]);
        scratch.Load(missing, new Prefetched([], found, []));
        Decision decision = Decide.Entry(scratch, proposal, LedgerTime.From(clock.Now));
        scratch.Apply(proposal, decision);
        return decision.Outcome;
    }

    /// <summary>Refuses a path with the id of no registered fund, programme, provider or person: it is a typing error.</summary>
    private async Task<Refusal?> UnregisteredAsync(AccountPath path)
    {
        string[] parts = path.Text.Split('/');
        var key = new GrainKey(region, parts[1]);
        Reason missing = parts[0] switch
        {
            "fund" when await grains.GetGrain<IFundGrain>(key).GetAsync() is null => Reason.FundNotFound,
            "programme" when await grains.GetGrain<IProgrammeGrain>(key).GetAsync() is null => Reason.ProgrammeNotFound,
            "provider" when await grains.GetGrain<IProviderGrain>(key).GetAsync() is null => Reason.ProviderNotFound,
            "person" when await grains.GetGrain<IVolunteerGrain>(key).GetAsync() is null
                && await grains.GetGrain<IElderGrain>(key).GetAsync() is null => Reason.ElderNotFound,
            _ => Reason.None,
        };
        return missing == Reason.None ? null : new Refusal(missing);
    }

    /// <summary>
    /// The answer for a line whose id an earlier line with other content has. The text speaks of lines and ids: the importer of a file
    /// knows no request ids.
    /// </summary>
    /// <param name="before">The earlier line's outcome; null if another call recorded it only a moment ago.</param>
    private static LineAnswer Reused(ImportLine line, Outcome? before) => Refused(
        line, new FieldViolation("key", "LINE_ID_USED", before?.Entry is { } entry ? [("entry", $"{entry.Index}")] : []),
        Reason.RequestIdReused);

    private static LineAnswer Refused(ImportLine line, FieldViolation violation, Reason reason = Reason.InvalidField) =>
        Refused(line, reason, violation.Field, Problem.Texts(violation));

    private static LineAnswer Refused(ImportLine line, Refusal refusal)
    {
        if (ReasonCatalogue.Of(refusal.Reason).Status is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal)
        {
            throw Problem.Of(refusal);
        }
        var values = refusal.Values.ToDictionary(pair => pair.Key, pair => pair.Value);
        string field = values.GetValueOrDefault("field", "").Split('.')[0];
        return Refused(line, refusal.Reason, field, Problem.Texts(refusal.Reason, values));
    }

    private static LineAnswer Refused(ImportLine line, Reason reason, string field, (string Chinese, string English) texts) =>
        new(new ImportRefusal
    {
        Number = line.Number, Key = line.Key.Length > MaxKeyLength ? "" : line.Key, Reason = ReasonCatalogue.Name(reason), Field = field,
        Texts = { ["zh-CN"] = texts.Chinese, ["en"] = texts.English },
    });

    /// <summary>The result of one line.</summary>
    /// <param name="Refusal">Null if the line is recorded, now or earlier.</param>
    /// <param name="IsKnown">True if an earlier call recorded it.</param>
    private sealed record LineAnswer(ImportRefusal? Refusal, bool IsKnown = false)
    {
        public static LineAnswer Recorded { get; } = new(Refusal: null);

        public static LineAnswer Known { get; } = new(null, IsKnown: true);
    }
}
