using System.Net;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>An unreadable message is refused like any other wrong input, and its sender writes nothing into the server's log.</summary>
[Collection(ServerCollection.Name)]
public sealed class UnreadableMessageTests(TestServer server)
{
    // Half a surrogate pair: JavaScript sends it for a character that was cut in two.
    private static readonly byte[] Half = [0xED, 0xA0, 0xBD], Malformed = [0xFF, 0xFF, 0xFF];

    public static TheoryData<string> Rpcs() =>
    [
        .. AccessRules.Methods().Select(AccessRules.FullName), "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ];

    [Theory, MemberData(nameof(Rpcs))]
    public async Task A_malformed_message_without_a_token_is_refused_and_not_logged(string rpc)
    {
        using var log = new RecordedLog(server.Services);

        await ((Func<Task>)(() => CallAsync(server.Anonymous(), rpc, Malformed))).IsRefusedAsync(Reason.MessageUnreadable);

        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_refused_by_the_name_of_its_field()
    {
        using var log = new RecordedLog(server.Services);
        var register =
            new RegisterElderRequest
            {
                RequestId = $"{Guid.AllBitsSet}", Parent = "regions/430211",
                BirthDate = new() { Year = 1940, Month = 1, Day = 31 }
            };
        byte[] message = [.. register.ToByteArray(), .. Text(RegisterElderRequest.DisplayNameFieldNumber, Half)];

        await ((Func<Task>)(() => CallAsync(server.As(Role.Counter), "/timebank.v1.ElderService/RegisterElder", message)))
            .IsRefusedAsync(Reason.InvalidField, "display_name");

        Assert.Empty(log.Lines);
    }

    /// <summary>The text is in a message, in a list of a message.</summary>
    [Fact]
    public async Task Text_that_is_not_utf8_is_found_wherever_it_lies()
    {
        byte[] unit = Text(Amount.UnitFieldNumber, Half), amount = Text(FundAmount.AmountFieldNumber, unit),
            line = Text(AllotmentByAmounts.LinesFieldNumber, amount);
        byte[] sound = Text(AllotmentByAmounts.LinesFieldNumber, new FundAmount { Fund = "regions/430211/funds/字" }.ToByteArray());
        byte[] message = Text(AllotFundsRequest.ByAmountsFieldNumber, [.. sound, .. line]);

        await ((Func<Task>)(() => CallAsync(server.Anonymous(), "/timebank.v1.FundService/AllotFunds", message)))
            .IsRefusedAsync(Reason.InvalidField, "by_amounts.lines[1].amount.unit");
    }

    [Fact]
    public async Task A_message_past_the_limit_is_refused_with_its_reason()
    {
        using var log = new RecordedLog(server.Services);

        await ((Func<Task>)(() => CallAsync(server.Anonymous(), "/timebank.v1.ElderService/RegisterElder", new byte[3 << 20])))
            .IsRefusedAsync(Reason.MessageTooLarge);

        Assert.Empty(log.Lines);
    }

    public static TheoryData<string, byte[]> Frames() => new()
    {
        { "no frame at all", [] },
        { "half a prefix", [0, 0] },
        { "less than the prefix says", [0, 0, 0, 0, 100, 1, 2, 3] },
        { "a length past all bounds", [0, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "a flag that nobody knows", [7, 0, 0, 0, 0] },
        { "said to be compressed, and isn't", [1, 0, 0, 0, 3, 1, 2, 3] },
        { "two messages where one is due", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    };

    /// <summary>No client library sends these frames; attackers and port scanners do.</summary>
    [Theory, MemberData(nameof(Frames))]
    public async Task A_broken_frame_is_not_logged(string name, byte[] frame)
    {
        using var log = new RecordedLog(server.Services);
        using var http = new HttpClient();
        foreach (string encoding in (string[])["", "gzip", "lzma"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Grpc, "/timebank.v1.ElderService/RegisterElder"))
            {
                Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(frame),
            };
            request.Content.Headers.ContentType = new("application/grpc");
            if (encoding.Length > 0) request.Headers.Add("grpc-encoding", encoding);
            using HttpResponseMessage answer = await http.SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();

            string status = answer.TrailingHeaders.Concat(answer.Headers).First(header => header.Key == "grpc-status").Value.Single();
            Assert.True(status is not ("0" or "2"), $"{name} {encoding}: status {status}");
            bool isTold = answer.TrailingHeaders.Concat(answer.Headers).Any(header => header.Key == "grpc-status-details-bin");
            Assert.True(isTold == status is "3" or "8", $"{name} {encoding}: status {status}, {(isTold ? "with" : "without")} details");
        }

        Assert.Empty(log.Lines);
    }

    private static byte[] Text(int field, byte[] content)
    {
        Assert.InRange(field, 1, 15);
        Assert.InRange(content.Length, 0, 127);
        return [(byte)((field << 3) | 2), (byte)content.Length, .. content];
    }

    private static async Task CallAsync(CallInvoker invoker, string rpc, byte[] message)
    {
        string[] name = rpc.Split('/');
        var bytes = Marshallers.Create(sent => sent, answered => answered);
        // On the wire a unary and a server-streaming call send the same, so call the unary RPC as a stream.
        using AsyncServerStreamingCall<byte[]> call =
            invoker.AsyncServerStreamingCall(
            new Method<byte[], byte[]>(MethodType.ServerStreaming, name[1], name[2], bytes, bytes), null, default, message);
        while (await call.ResponseStream.MoveNext(default))
        {
        }
    }
}
