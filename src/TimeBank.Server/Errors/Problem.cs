using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using ErrorInfo = Google.Rpc.ErrorInfo;

namespace TimeBank.Server;

/// <summary>Makes the error that a caller gets: status, reason, values, and a text in both languages.</summary>
public static class Problem
{
    private const string Domain = "timebank";

    public static RpcException Of(Reason reason, params ReadOnlySpan<(string Key, string Value)> values) => Of(Refusal.Of(reason, values));

    public static RpcException Of(Refusal refusal) => Build(refusal, null);

    /// <summary>Wrong input, with every field that is wrong.</summary>
    public static RpcException Invalid(IReadOnlyList<FieldViolation> violations, Reason reason = Reason.InvalidField)
    {
        var details = new BadRequest();
        foreach (FieldViolation violation in violations)
        {
            ReasonText text = ReasonCatalogue.OfViolation(violation.Violation);
            var values = violation.Values.ToDictionary(pair => pair.Key, pair => pair.Value);
            details.FieldViolations.Add(new BadRequest.Types.FieldViolation
            {
                Field = violation.Field,
                Description = $"{violation.Violation}: {ReasonText.Fill(text.Zh, values)} {ReasonText.Fill(text.En, values)}",
            });
        }
        return Build(new Refusal(reason), details);
    }

    private static RpcException Build(Refusal refusal, BadRequest? fields)
    {
        ReasonText text = ReasonCatalogue.Of(refusal.Reason);
        var values = new Dictionary<string, string>();
        foreach ((string key, string value) in refusal.Values) values[key] = value;
        string english = ReasonText.Fill(text.En, ReadableValues.Of(values, "en")), chinese = ReasonText.Fill(text.Zh, ReadableValues.Of(values, "zh-CN"));
        var info = new ErrorInfo { Reason = ReasonCatalogue.Name(refusal.Reason), Domain = Domain };
        info.Metadata.Add(values);
        var status = new Google.Rpc.Status { Code = (int)text.Status, Message = english };
        status.Details.Add(Any.Pack(info));
        status.Details.Add(Any.Pack(new LocalizedMessage { Locale = "zh-CN", Message = chinese }));
        status.Details.Add(Any.Pack(new LocalizedMessage { Locale = "en", Message = english }));
        if (fields is not null) status.Details.Add(Any.Pack(fields));
        return status.ToRpcException();
    }
}
