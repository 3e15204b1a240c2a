using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>The result of one line of an imported file.</summary>
/// <param name="Refusal">Null if the line is recorded, now or earlier.</param>
/// <param name="IsKnown">True if an earlier call recorded it.</param>
internal sealed record LineAnswer(ImportRefusal? Refusal, bool IsKnown = false)
{
    public const int MaxKeyLength = 100;

    public static LineAnswer Recorded { get; } = new(Refusal: null);

    public static LineAnswer Known { get; } = new(null, IsKnown: true);

    /// <summary>
    /// Refuses all lines of a call that share a key; each refusal names another of them. Only one could be recorded, and only the sender
    /// knows whether the others are copies or have other content: a spreadsheet may have rounded many ids to one number.
    /// </summary>
    public static IEnumerable<(int At, LineAnswer Answer)> Repeated(IReadOnlyList<(int Number, string Key)> lines) =>
        from same in lines.Index().Where(line => line.Item.Key.Length > 0).GroupBy(line => line.Item.Key, StringComparer.Ordinal)
        let all = same.ToArray()
        where all.Length > 1
        from line in all
        let other = line.Index == all[0].Index ? all[1] : all[0]
        select (line.Index, Refused(
            line.Item.Number, line.Item.Key, new FieldViolation("key", "LINE_ID_REPEATED", ("line", $"{other.Item.Number}"))));

    /// <summary>
    /// The answer for a line whose id an earlier line with other content has. The text speaks of lines and ids: the importer of a file
    /// knows no request ids.
    /// </summary>
    /// <param name="before">The earlier line's outcome; null if another call recorded it only a moment ago.</param>
    public static LineAnswer Reused(int number, string key, Outcome? before) => Refused(
        number, key, new FieldViolation("key", "LINE_ID_USED", before?.Entry is { } entry ? [("entry", $"{entry.Index}")] : []),
        Reason.RequestIdReused);

    public static LineAnswer Refused(int number, string key, FieldViolation violation, Reason reason = Reason.InvalidField) =>
        Refused(number, key, reason, violation.Field, Problem.Texts(violation));

    /// <exception cref="RpcException">The server can't record anything now. The import ends; another call goes on.</exception>
    public static LineAnswer Refused(int number, string key, Refusal refusal)
    {
        if (ReasonCatalogue.Of(refusal.Reason).Status is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal)
        {
            throw Problem.Of(refusal);
        }
        var values = refusal.Values.ToDictionary(pair => pair.Key, pair => pair.Value);
        string field = values.GetValueOrDefault("field", "").Split('.')[0];
        return Refused(number, key, refusal.Reason, field, Problem.Texts(refusal.Reason, values));
    }

    private static LineAnswer Refused(int number, string key, Reason reason, string field, (string Chinese, string English) texts) =>
        new(new ImportRefusal
        {
            Number = number, Key = key.Length > MaxKeyLength ? "" : key, Reason = ReasonCatalogue.Name(reason), Field = field,
            Texts = { ["zh-CN"] = texts.Chinese, ["en"] = texts.English },
        });
}
