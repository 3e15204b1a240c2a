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
    /// <param name="cancellation">Ends the import before its next line. Recorded lines stay; another call goes on.</param>
    public async Task<ImportBalancesResponse> RunAsync(IReadOnlyList<ImportLine> lines, CancellationToken cancellation)
    {
        string policy = (await rules.PolicyAsync(region, clock.Today)).Version.ToString();
        LedgerHead head = await ledger.ReadHeadAsync(region, cancellation);
        var answers = new LineAnswer[lines.Count];
        foreach ((int at, LineAnswer repeated) in LineAnswer.Repeated([.. lines.Select(line => (line.Number, line.Key))]))
            answers[at] = repeated;
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
        string key = read.Key(line.Key, "key", LineAnswer.MaxKeyLength), memo = read.Text(line.Memo, "memo", EntryHeader.MaxMemoLength);
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
            RequestDigest = digest,
            Memo = memo,
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

    private static LineAnswer Reused(ImportLine line, Outcome? before) => LineAnswer.Reused(line.Number, line.Key, before);

    private static LineAnswer Refused(ImportLine line, FieldViolation violation) => LineAnswer.Refused(line.Number, line.Key, violation);

    private static LineAnswer Refused(ImportLine line, Refusal refusal) => LineAnswer.Refused(line.Number, line.Key, refusal);
}
