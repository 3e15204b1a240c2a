using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>One page of a region's versions. The cursor is the name of the last version shown.</summary>
internal sealed record VersionPage(IReadOnlyList<RuleVersion> Versions, string NextPageToken)
{
    public static async Task<VersionPage> ReadAsync(
        IVersionsGrain grain, PageTokens tokens, ServerCallContext context, IMessage request, VersionState? state, int pageSize,
            string pageToken)
    {
        string? after = tokens.Read(context, request, pageToken);
        IEnumerable<RuleVersion> all = await grain.ListAsync();
        if (after is not null) all = all.SkipWhile(version => version.Name != after).Skip(1);
        RuleVersion[] found = [.. all.Where(version => state is null || State(version) == state).Take(pageSize + 1)];
        return found.Length <= pageSize
            ? new VersionPage(found, "")
            : new VersionPage(found[..pageSize], tokens.Write(context, request, found[pageSize - 1].Name));
    }

    public static VersionState State(RuleVersion version) => version.IsApproved ? VersionState.Approved : VersionState.Proposed;
}

/// <summary>A question for one version: by name, or by the day on which it is in force.</summary>
internal readonly record struct VersionQuery(string Name, DateOnly? Day)
{
    public static VersionQuery Read(RequestReader read, string version, Date? date)
    {
        if (version.Length == 0) return new VersionQuery("", read.DayOrNull(date, "date"));
        if (date is not null) read.Refuse("date", "MUST_BE_EMPTY");
        return new VersionQuery(read.Slug(version, "version").Text, null);
    }

    /// <exception cref="Grpc.Core.RpcException">There is no such version.</exception>
    public async Task<RuleVersion> AskAsync(IVersionsGrain grain, DateOnly today) =>
        (Name.Length > 0 ? await grain.FindAsync(Name) : await grain.InForceAsync(Day ?? today)).OrThrow();
}

/// <summary>Reads the document of a proposal and reports all its errors at once.</summary>
internal static class VersionDocument
{
    private const string Field = "document";

    /// <summary>The most characters of an error's path. Errors travel in the trailers, whose size is limited.</summary>
    private const int MaxPathLength = 100;

    public static void CheckSize(RequestReader read, string document, int max)
    {
        if (document.Length == 0) read.Refuse(Field, "REQUIRED");
        else if (document.Length > max) read.Refuse(Field, "TOO_LONG", ("max", $"{max}"));
    }

    /// <exception cref="Grpc.Core.RpcException">The file has errors, names another region, or begins too late.</exception>
    public static T Parse<T>(string document, Func<byte[], DataResult<T>> parse, Func<T, (RegionCode Region, DateOnly Effective)> headOf,
        RegionCode region, Reason invalid)
        where T : class
    {
        DataResult<T> result = parse(Encoding.UTF8.GetBytes(document));
        if (result.Value is not { } file) throw Problem.Invalid([.. result.Errors.Select(Violation)], invalid);
        (RegionCode named, DateOnly effective) = headOf(file);
        if (named != region)
        {
            throw Problem.Invalid([new FieldViolation($"{Field}.region", "OTHER_REGION", ("region", region.ToString()))], invalid);
        }
        // The grain refuses a first day in the past; here only the upper bound counts.
        if (effective > RequestReader.LastDay)
        {
            throw Problem.Invalid(
                [
                    new FieldViolation(
                        $"{Field}.effective", "OUT_OF_RANGE", ("min", $"{RequestReader.FirstDay:O}"),
                            ("max", $"{RequestReader.LastDay:O}")),
                ],
                invalid);
        }
        return file;
    }

    /// <param name="isKnown">True for a retry. An older build accepted such letters, and its retry must get the stored answer.</param>
    /// <exception cref="Grpc.Core.RpcException">A text has invisible or unreadable letters.</exception>
    public static async Task CheckLettersAsync(string document, Reason invalid, Func<Task<bool>> isKnown)
    {
        FieldViolation[] wrong = [.. DataLetters.Find(Encoding.UTF8.GetBytes(document)).Select(Violation)];
        if (wrong.Length > 0 && !await isKnown()) throw Problem.Invalid(wrong, invalid);
    }

    private static FieldViolation Violation(DataError error)
    {
        string path = Problem.Short($"{Field}{error.Path["$".Length..]}", MaxPathLength);
        return new FieldViolation(path, "WRONG_IN_DOCUMENT", ("line", error.Line.ToString(CultureInfo.InvariantCulture)),
            ("detail", error.Message));
    }
}
