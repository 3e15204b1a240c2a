using System.Security.Cryptography;
using System.Text;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Server;

/// <summary>
/// Records notices about elders, each under an id made from source and key, so that a file that comes twice changes nothing. Everything
/// that can refuse a line is checked before its id is used: a corrected line goes in under the same key.
/// </summary>
internal sealed class NoticeImport(
    IGrainFactory grains, BusinessClock clock, ILogger log, RegionCode region, Slug source, Command command)
{
    /// <param name="cancellation">Ends the import before its next line. Recorded lines stay; another call goes on.</param>
    public async Task<ImportNoticesResponse> RunAsync(IReadOnlyList<NoticeLine> lines, CancellationToken cancellation)
    {
        var answers = new LineAnswer[lines.Count];
        foreach ((int at, LineAnswer repeated) in LineAnswer.Repeated([.. lines.Select(line => (line.Number, line.Key))]))
            answers[at] = repeated;
        // An elder's lines are reports one after the other; those of different elders have nothing to do with each other.
        await Task.WhenAll(lines.Index().Where(line => answers[line.Index] is null).GroupBy(line => line.Item.Elder)
            .Select(async group =>
        {
            foreach ((int at, NoticeLine line) in group)
            {
                cancellation.ThrowIfCancellationRequested();
                answers[at] = await RecordAsync(line);
            }
        }));
        return new ImportNoticesResponse
        {
            Recorded = answers.Count(answer => answer is { IsKnown: false, Refusal: null }),
            Known = answers.Count(answer => answer.IsKnown),
            Refused = { answers.Select(answer => answer.Refusal).OfType<ImportRefusal>() },
        };
    }

    private async Task<LineAnswer> RecordAsync(NoticeLine line)
    {
        var read = new RequestReader();
        string key = read.Key(line.Key, "key", LineAnswer.MaxKeyLength);
        ResourceName elder = read.Resource(line.Elder, "elder", PersonContract.Elders);
        NoticeKind kind = read.Choice(line.Kind, "kind");
        DateOnly day = read.PastDay(line.Date, "date", clock.Today);
        bool hasBenefit = kind is NoticeKind.BenefitBegun or NoticeKind.BenefitEnded, hasResidence = kind == NoticeKind.Moved;
        Benefit benefit = hasBenefit ? read.Choice(line.Benefit, "benefit") : Benefit.Unspecified;
        Difficulties? difficulty = kind is NoticeKind.DifficultyBegun or NoticeKind.DifficultyEnded
            ? read.Choice(line.Difficulty, "difficulty").ToDomain() : null;
        if (difficulty is null && line.Difficulty != Difficulty.Unspecified) read.Refuse("difficulty", "MUST_BE_EMPTY");
        if (!hasBenefit && line.Benefit != Benefit.Unspecified) read.Refuse("benefit", "MUST_BE_EMPTY");
        string residence = hasResidence ? read.Region(line.Residence, "residence").ToString() : "";
        if (!hasResidence && line.Residence.Length > 0) read.Refuse("residence", "MUST_BE_EMPTY");
        if (read.Violations.Count == 0) read.SameRegion(region, elder, "elder");
        if (read.Violations is [var wrong, ..]) return LineAnswer.Refused(line.Number, line.Key, wrong);
        IElderGrain grain = grains.Elder(elder);
        if (await grain.GetAsync() is not { } known)
            return LineAnswer.Refused(line.Number, key, Refusal.Of(Reason.ElderNotFound, ("field", "elder")));
        if (day < known.BirthDate)
        {
            return LineAnswer.Refused(line.Number, key, new FieldViolation(
                "date", "OUT_OF_RANGE", ("min", $"{known.BirthDate:yyyy-MM-dd}"), ("max", $"{clock.Today:yyyy-MM-dd}")));
        }

        var content = new NoticeLine(line) { Number = 0 };
        var digest = Digest.Of(
            [.. Encoding.UTF8.GetBytes($"notice {source}"), 0, .. Google.Protobuf.MessageExtensions.ToByteArray(content)]);
        // The id does not contain the sender, so another person can go on with the import.
        var once = new Command(
            new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(key))[..16]), digest.ToString(), $"notice/{source}", "", "", command.IsDryRun);
        var notice = new NoticeRecord(
            kind.ToDomain(), day, clock.Today, benefit.ToDomain(), residence, source.Text, key, command.Actor, difficulty);
        Reply<RecordedNotice> reply = await grain.RecordNoticeAsync(once, notice);
        if (reply.Value is { IsNew: true } && !command.IsDryRun)
        {
            // Without the line's key, which a source may have made from a person's number.
            log.LogInformation("{Sender} reported {Kind} of {Elder} for {Day:yyyy-MM-dd}, from {Source}.",
                command.Actor, notice.Kind, line.Elder, day, source.Text);
        }
        return reply.Refusal switch
        {
            null => reply.Value!.IsNew ? LineAnswer.Recorded : LineAnswer.Known,
            { Reason: Reason.RequestIdReused } => LineAnswer.Reused(line.Number, key, null),
            var refusal => LineAnswer.Refused(line.Number, key, refusal),
        };
    }
}
