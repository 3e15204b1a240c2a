using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using ErrorInfo = Google.Rpc.ErrorInfo;

namespace TimeBank.Server;

/// <summary>Makes the error that a caller gets: a gRPC status, the reason, its values, and a text in Chinese and English.</summary>
public static class Problem
{
    /// <summary>
    /// The most bytes of an error on the wire. An error travels in the answer's headers, and gRPC's C core refuses headers from 8 KiB on:
    /// its clients would not get the reason.
    /// </summary>
    public const int MaxBytes = 8_000;

    /// <summary>The most wrong fields that an error names. It gives the number of the others.</summary>
    public const int MaxPlaces = 20;

    private const string Domain = "timebank", More = "more";

    private const int LongValue = 200, ShortestValue = 10;

    public static RpcException Of(Reason reason, params ReadOnlySpan<(string Key, string Value)> values) => Of(Refusal.Of(reason, values));

    /// <summary>The error of a refusal. If the error is too long, shortens its values.</summary>
    public static RpcException Of(Refusal refusal)
    {
        Google.Rpc.Status status = Build(refusal, null);
        for (int longest = LongValue; !Fits(status) && longest >= ShortestValue; longest /= 2) status = Build(refusal, null, longest);
        return status.ToRpcException();
    }

    /// <summary>The error of a call that passes after some time.</summary>
    public static RpcException Of(Reason reason, TimeSpan retryAfter)
    {
        Google.Rpc.Status status = Build(new Refusal(reason), null);
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) }));
        return status.ToRpcException();
    }

    /// <summary>The error for wrong fields: names as many as fit, in their order, and gives the number of the others.</summary>
    public static RpcException Invalid(IReadOnlyList<FieldViolation> violations, Reason reason = Reason.InvalidField)
    {
        Google.Rpc.Status status;
        int told = Math.Min(violations.Count, MaxPlaces);
        do
        {
            var places = new BadRequest();
            places.FieldViolations.AddRange(violations.Take(told).Select(Place));
            var refusal = told < violations.Count ? Refusal.Of(reason, (More, $"{violations.Count - told}")) : new Refusal(reason);
            status = Build(refusal, places);
        }
        while (!Fits(status) && --told > 0);
        return status.ToRpcException();
    }

    /// <summary>Cuts a caller's text after <paramref name="max"/> UTF-16 units, with an ellipsis; never inside a surrogate pair.</summary>
    public static string Short(string text, int max) =>
        text.Length <= max ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)}…";

    /// <summary>A refusal's texts in both languages, with its values written for people.</summary>
    public static (string Chinese, string English) Texts(Reason reason, IReadOnlyDictionary<string, string> values)
    {
        ReasonText text = ReasonCatalogue.Of(reason);
        return (ReasonText.Fill(text.Zh, ReadableDetail.Of(values, "zh-CN")), ReasonText.Fill(text.En, ReadableDetail.Of(values, "en")));
    }

    /// <summary>A field violation's texts in both languages.</summary>
    public static (string Chinese, string English) Texts(FieldViolation violation)
    {
        ReasonText text = ReasonCatalogue.OfViolation(violation.Violation);
        var values = violation.Values.ToDictionary(pair => pair.Key, pair => Short(pair.Value, LongValue));
        return (ReasonText.Fill(text.Zh, values), ReasonText.Fill(text.En, values));
    }

    private static BadRequest.Types.FieldViolation Place(FieldViolation violation)
    {
        (string chinese, string english) = Texts(violation);
        return new BadRequest.Types.FieldViolation
        {
            Field = Short(violation.Field, LongValue),
            Description = $"{violation.Violation}: {chinese} {english}",
        };
    }

    private static Google.Rpc.Status Build(Refusal refusal, BadRequest? fields, int longest = int.MaxValue)
    {
        var values = new Dictionary<string, string>();
        foreach ((string key, string value) in refusal.Values) values[key] = Short(value, longest);
        (string chinese, string english) = Texts(refusal.Reason, values);
        var info = new ErrorInfo { Reason = ReasonCatalogue.Name(refusal.Reason), Domain = Domain };
        info.Metadata.Add(values);
        var status = new Google.Rpc.Status { Code = (int)ReasonCatalogue.Of(refusal.Reason).Status, Message = english };
        status.Details.Add(Any.Pack(info));
        status.Details.Add(Any.Pack(new LocalizedMessage { Locale = "zh-CN", Message = chinese }));
        status.Details.Add(Any.Pack(new LocalizedMessage { Locale = "en", Message = english }));
        if (fields is not null) status.Details.Add(Any.Pack(fields));
        return status;
    }

    /// <summary>True if the details in base64 and the text percent-encoded are within the limit together.</summary>
    private static bool Fits(Google.Rpc.Status status) =>
        ((status.CalculateSize() + 2) / 3 * 4) + Uri.EscapeDataString(status.Message).Length <= MaxBytes;
}

/// <summary>A fault of one field of a request.</summary>
/// <param name="Field">The field's dotted path, in the contract's names.</param>
/// <param name="Violation">A key of the contract's <c>violations.json</c>.</param>
public sealed record FieldViolation(string Field, string Violation, params IReadOnlyList<(string Key, string Value)> Values);

/// <summary>A refusal's values written for people, for its text. The error's metadata has the values unchanged.</summary>
internal static class ReadableDetail
{
    private static readonly string[] AmountKeys = ["available", "needed", "held", "limit", "left", "right", "price", "ceiling", "asked",
            "published"],
        WordKeys = ["state", "paid_in", "counted_in", "leg", "gap", "changed", "check", "service", "right"];

    /// <summary>Replaces states and units by their words, and amounts by amounts in the unit given under the key <c>unit</c>.</summary>
    public static Dictionary<string, string> Of(IReadOnlyDictionary<string, string> values, string locale)
    {
        var readable = new Dictionary<string, string>(values);
        foreach (string key in WordKeys)
        {
            if (values.TryGetValue(key, out string? word)) readable[key] = ReasonCatalogue.Word(word, locale);
        }
        if (!values.TryGetValue("unit", out string? unit)) return readable;
        foreach (string key in AmountKeys)
        {
            if (values.TryGetValue(key, out string? text)
                && long.TryParse(text, CultureInfo.InvariantCulture, out long amount)) readable[key] = AmountText.Of(amount, unit, locale);
        }
        return readable;
    }
}

/// <summary>Amounts written for people: fen as yuan, minutes as hours and minutes, services as a number with their unit.</summary>
public static class AmountText
{
    public static string Of(long amount, string unit, string locale) => (unit, locale) switch
    {
        ("CNY", "zh-CN") => $"{Yuan(amount)}元",
        ("CNY", _) => $"CNY {Yuan(amount)}",
        ("MIN", "zh-CN") => amount % 60 == 0 ? $"{amount / 60}小时" : $"{amount / 60}小时{amount % 60}分钟",
        ("MIN", _) => amount % 60 == 0 ? $"{amount / 60} h" : $"{amount / 60} h {amount % 60} min",
        (_, "zh-CN") => $"{amount}{ReasonCatalogue.Word(unit, locale)}",
        (_, _) when amount == 1 => $"1 {ReasonCatalogue.Word(unit, locale).TrimEnd('s')}",
        _ => $"{amount} {ReasonCatalogue.Word(unit, locale)}",
    };

    private static string Yuan(long fen) => string.Create(
        CultureInfo.InvariantCulture, $"{(fen < 0 ? "-" : "")}{Math.Abs(fen / 100):N0}.{Math.Abs(fen % 100):D2}");
}
