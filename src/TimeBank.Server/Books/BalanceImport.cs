using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Server;

/// <summary>
/// Balances brought in from elsewhere. Lines of an account go one after the other, accounts beside each other: only an account's own limits
/// can refuse a line, so the
/// outcome doesn't depend on which account comes first.
/// </summary>
internal sealed class BalanceImport(IGrainFactory grains, ILedgerReader ledger, BusinessClock clock, RegionCode region, Slug source,
    Command command)
{
    private const int MaxKeyLength = 100;

    private enum Result
    {
        Recorded,
        Known,
    }

    /// <param name="cancellation">Ends the import before its next line: what is recorded stays, and another call goes on.</param>
    public async Task<ImportBalancesResponse> RunAsync(IReadOnlyList<ImportLine> lines, CancellationToken cancellation)
    {
        string policy = (await grains.GetGrain<IPolicyGrain>(region.ToString()).AtAsync(clock.Today)).Version.ToString();
        LedgerHead head = await ledger.ReadHeadAsync(region, cancellation);
        var answers = new (Result? Result, ImportRefusal? Refusal)[lines.Count];
        RefuseRepeated(lines, (at, other) =>
            answers[at].Refusal = Refusal(lines[at],
                Problem.Invalid([new FieldViolation("key", "LINE_ID_REPEATED", ("line", $"{other.Number}"))])));
        await Task.WhenAll(lines.Index().Where(line => answers[line.Index].Refusal is null).GroupBy(line => line.Item.Account)
            .Select(async group =>
        {
            var scratch = new WorkingState(head);
            foreach ((int at, ImportLine line) in group)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    answers[at].Result = await RecordAsync(line, policy, scratch);
                }
                catch (RpcException refused) when (
                    refused.StatusCode is not (StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal))
                {
                    answers[at].Refusal = Refusal(line, refused);
                }
            }
        }));
        return new ImportBalancesResponse
        {
            Recorded = answers.Count(answer => answer.Result == Result.Recorded),
            Known = answers.Count(answer => answer.Result == Result.Known),
            Refused = { answers.Select(answer => answer.Refusal).OfType<ImportRefusal>() },
        };
    }

    /// <summary>
    /// Finds the lines of a call that share a key. All of them are refused, each told another one: only one could be recorded, and nobody
    /// but the sender knows whether the others are copies of it or further amounts, as where a spreadsheet made many ids into one number.
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

    /// <exception cref="RpcException">The line is refused.</exception>
    private async Task<Result> RecordAsync(ImportLine line, string policy, WorkingState scratch)
    {
        var content = new ImportLine(line) { Number = 0 };
        var digest = Digest.Of(
            [.. Encoding.UTF8.GetBytes($"import {source}"), 0, .. Google.Protobuf.MessageExtensions.ToByteArray(content)]);
        // Not scoped by who sends it: another person goes on where the first one was broken off.
        var id = EntryId.Of($"import/{source}", new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(line.Key))[..16]));
        EntryId Attempt(int number) => number == 0 ? id : id.Step($"{number}");
        (int attempt, Outcome? happened) = await grains.Ledger(region).AttemptAsync(Attempt);
        // Before any rule: what an older build took stays known, whatever its rules were.
        if (happened is not null) return happened.RequestDigest == digest ? Result.Known : throw Reused(happened);

        var read = new RequestReader();
        string key = read.Key(line.Key, "key", MaxKeyLength), memo = read.Text(line.Memo, "memo", EntryHeader.MaxMemoLength);
        V1.Side side = read.Choice(line.Side, "side");
        DateOnly day = read.PastDay(line.Date, "date", clock.Today);
        if (!AccountPath.TryParse(line.Account, out AccountPath path)) read.Refuse("account", line.Account.Length == 0
            ? "REQUIRED" : "NOT_A_NAME", ("pattern", "fund/lottery/available"));
        read.Check();
        if (Chart.Importable(path) is not { } account) throw Problem.Of(Reason.AccountNotImportable, ("account", path.Text),
            ("field", "account"));
        long amount = read.Amount(line.Amount, "amount", account.Unit);
        read.Check();

        await RequireRegisteredAsync(path);
        EntryHeader header = command.Header(Attempt(attempt), day, policy, ("source", source.Text),
            ("key", key)) with { RequestDigest = digest,
            Memo = memo };
        Proposal proposal = Entries.Import(header, account, side == V1.Side.Debit, amount);
        Outcome outcome = command.IsDryRun ? await TryAsync(scratch, proposal) : await grains.Ledger(region).SubmitAsync(proposal);
        if (outcome.Refusal is { } refusal) throw refusal.Reason == Reason.RequestIdReused ? Reused(null) : Problem.Of(refusal);
        return outcome.Replayed ? Result.Known : Result.Recorded;
    }

    /// <summary>Decides a line after those of its account before it, on a copy of what the writer has.</summary>
    private async Task<Outcome> TryAsync(WorkingState scratch, Proposal proposal)
    {
        PrefetchKeys missing = scratch.Missing([proposal], [], []);
        ImmutableArray<Ledger.Account> found = await grains.Ledger(region).AccountsAsync([.. missing.Paths]);
        scratch.Load(missing, new Prefetched([], found, []));
        Decision decision = Decide.Entry(scratch, proposal, LedgerTime.From(clock.Now));
        scratch.Apply(proposal, decision);
        return decision.Outcome;
    }

    /// <summary>A path with an id that nobody has is a slip of the pen.</summary>
    private async Task RequireRegisteredAsync(AccountPath path)
    {
        string[] parts = path.Text.Split('/');
        string key = $"{region}/{parts[1]}";
        Reason missing = parts[0] switch
        {
            "fund" when await grains.GetGrain<IFundGrain>(key).GetAsync() is null => Reason.FundNotFound,
            "programme" when await grains.GetGrain<IProgrammeGrain>(key).GetAsync() is null => Reason.ProgrammeNotFound,
            "provider" when await grains.GetGrain<IProviderGrain>(key).GetAsync() is null => Reason.ProviderNotFound,
            "person" when await grains.GetGrain<IVolunteerGrain>(key).GetAsync() is null
                && await grains.GetGrain<IElderGrain>(key).GetAsync() is null => Reason.ElderNotFound,
            _ => Reason.None,
        };
        if (missing != Reason.None) throw Problem.Of(missing);
    }

    /// <summary>Another line had the id before. Whoever reads a file knows lines and ids, and nothing of request ids.</summary>
    /// <param name="before">What that line came to; null where it was recorded only a moment ago, by another call.</param>
    private static RpcException Reused(Outcome? before) => Problem.Invalid(
        [new FieldViolation("key", "LINE_ID_USED", before?.Entry is { } entry ? [("entry", $"{entry.Index}")] : [])],
            Reason.RequestIdReused);

    private static ImportRefusal Refusal(ImportLine line, RpcException refused)
    {
        Google.Rpc.Status status = refused.GetRpcStatus()!;
        var answer = new ImportRefusal { Number = line.Number, Key = line.Key.Length > MaxKeyLength ? "" : line.Key };
        foreach (Google.Protobuf.WellKnownTypes.Any detail in status.Details)
        {
            if (detail.Is(Google.Rpc.ErrorInfo.Descriptor))
            {
                Google.Rpc.ErrorInfo info = detail.Unpack<Google.Rpc.ErrorInfo>();
                answer.Reason = info.Reason;
                if (info.Metadata.TryGetValue("field", out string? field)) answer.Field = field.Split('.')[0];
            }
            else if (detail.Is(LocalizedMessage.Descriptor) && detail.Unpack<LocalizedMessage>() is var text) answer.Texts[text.Locale] =
                text.Message;
            else if (detail.Is(BadRequest.Descriptor) && detail.Unpack<BadRequest>().FieldViolations is [var first, ..]) Name(
                first, answer);
        }
        return answer;
    }

    /// <summary>
    /// The field, and its rule instead of the word that some field is wrong. A description reads <c>KEY: 中文。 English.</c>
    /// </summary>
    private static void Name(BadRequest.Types.FieldViolation violation, ImportRefusal answer)
    {
        answer.Field = violation.Field;
        string rule = violation.Description[(violation.Description.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        int stop = rule.IndexOf("。 ", StringComparison.Ordinal);
        if (stop >= 0) (answer.Texts["zh-CN"], answer.Texts["en"]) = (rule[..(stop + 1)], rule[(stop + 2)..]);
    }
}
