using System.Globalization;
using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Reads the document of a proposal, and tells every place in it that is wrong.</summary>
internal static class VersionDocument
{
    private const string Field = "document";

    /// <summary>Of how many characters a place is told: it travels in the trailers.</summary>
    private const int MaxPathLength = 100;

    public static void CheckSize(RequestReader read, string document, int max)
    {
        if (document.Length == 0) read.Refuse(Field, "REQUIRED");
        else if (document.Length > max) read.Refuse(Field, "TOO_LONG", ("max", $"{max}"));
    }

    /// <exception cref="Grpc.Core.RpcException">The file is wrong, or of another region.</exception>
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
        // That it is in the past is the grain's to say.
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

    /// <param name="isKnown">Whether the proposal was made before, perhaps to an older build that took such letters; then its retry is
    /// answered.</param>
    /// <exception cref="Grpc.Core.RpcException">The texts have letters that nobody can see or read.</exception>
    public static async Task CheckLettersAsync(string document, Reason invalid, Func<Task<bool>> isKnown)
    {
        FieldViolation[] wrong = [.. DataLetters.Find(Encoding.UTF8.GetBytes(document)).Select(Violation)];
        if (wrong.Length > 0 && !await isKnown()) throw Problem.Invalid(wrong, invalid);
    }

    private static FieldViolation Violation(DataError error)
    {
        string path = Problem.Short($"{Field}{error.Path["$".Length..]}", MaxPathLength);
        return new FieldViolation(path, "WRONG_IN_DOCUMENT", ("line", error.Line.ToString(CultureInfo.InvariantCulture)), ("detail", error.Message));
    }
}
