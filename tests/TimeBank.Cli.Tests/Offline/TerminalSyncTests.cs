using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Proofs;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

/// <summary>What a terminal keeps of a server's answers, and what it makes of pictures that hold no voucher.</summary>
public sealed class TerminalSyncTests : IDisposable
{
    private const string Region = "430211";
    private static readonly SigningKey RegionKey = SigningKey.Read(SigningKey.Create())[0];
    private static readonly VoucherSigner Signer = RegionKey.VoucherSigner(VoucherSigner.NameOf("timebank.example", Region));

    private static readonly VoucherClaims Meals = new(Region, "0123456789ZZ", "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 4, "MEAL",
        new DateOnly(2149, 1, 1), 17);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("timebank-terminal-");

    private string File => Path.Combine(_folder.FullName, "terminal");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("few")]
    [InlineData("many")]
    [InlineData("swapped")]
    [InlineData("another")]
    [InlineData("right")]
    public async Task Answers_that_are_not_those_of_the_receipts_are_not_filed(string what)
    {
        using TerminalFile terminal = Enrolled();
        foreach (int price in new[] { 1_000, 1_100 }) terminal.Accept(Acceptance.Of(
            terminal, VoucherCode.Sign(Meals, Signer), "lunch", 1, price, 0, 0, TimeProvider.System.GetUtcNow()).Receipt);
        var client = new ProviderService.ProviderServiceClient(new Answering(request =>
        {
            OfflineAnswer[] answers = [.. request.Receipts.Select((receipt, at) => new OfflineAnswer
            {
                Counter = at + 1, Digest = OfflineReceipt.DigestOf(receipt.Span).ToString(),
                Outcome = at == 0 ? OfflineOutcome.Accepted : OfflineOutcome.Exception,
            })];
            return new SubmitOfflineRedemptionsResponse
            {
                Answers =
                {
                    what switch
                    {
                        "few" => answers[..1],
                        "many" => [.. answers, answers[0]],
                        "swapped" => [answers[1], answers[0]],
                        "another" => [answers[0], answers[0]],
                        _ => answers,
                    },
                },
            };
        }));

        Exception ended = await Assert.ThrowsAnyAsync<Exception>(() => TerminalCommands.SyncAsync(terminal, client, () => "1"));

        // The list that comes next is not this test's.
        Assert.Equal(what == "right" ? typeof(RpcException) : typeof(TerminalException), ended.GetType());
        string?[] expected = what == "right" ? [TerminalAnswer.Accepted, TerminalAnswer.Exception] : [null, null];
        Assert.Equal(expected, terminal.Receipts.Select(one => one.Answer?.Outcome));
        terminal.Dispose();
        using TerminalFile again = TerminalFile.Open(File);
        Assert.Equal(expected, again.Receipts.Select(one => one.Answer?.Outcome));
    }

    public static TheoryData<string, VoucherCodeStatus> Pictures => new()
    {
        { "a page", VoucherCodeStatus.OtherPrefix },
        { "lower case", VoucherCodeStatus.OtherPrefix },
        { "long", VoucherCodeStatus.TooLong },
    };

    [Theory, MemberData(nameof(Pictures))]
    public async Task A_picture_of_another_code_is_refused_by_the_rule_and_leaves_no_receipt(string what, VoucherCodeStatus status)
    {
        Enrolled().Dispose();
        string code = VoucherCode.Sign(Meals, Signer), picture = Path.Combine(_folder.FullName, "code.png");
        string text = what switch
        {
            "a page" => "https://timebank.example/vouchers/0123456789ZZ",
            "lower case" => code.ToLowerInvariant(),
            _ => VoucherCode.Prefix + new string('A', 4_000 - VoucherCode.Prefix.Length),
        };
        using (var maker = new QRCoder.QRCodeGenerator())
        {
            using QRCoder.QRCodeData drawn = maker.CreateQrCode(text, QRCoder.QRCodeGenerator.ECCLevel.L);
            System.IO.File.WriteAllBytes(picture, new QRCoder.PngByteQRCode(drawn).GetGraphic(5));
        }
        long length = new FileInfo(File).Length;
        var environment = new TestEnvironment();

        Assert.Equal(1, await environment.RunAsync(
            "terminal", "accept", "--image", picture, "--file", File, "--item", "lunch", "--price", "10", "--lang", "en"));

        // It was read, and not taken for a picture without a code.
        Assert.Equal(text, CodeImage.Read(picture));
        Assert.Contains(VoucherWords.Of(status).English, environment.Error, StringComparison.Ordinal);
        Assert.Equal(length, new FileInfo(File).Length);
    }

    private TerminalFile Enrolled()
    {
        TerminalFile terminal = TerminalFile.Open(File, create: true);
        terminal.Enrol(new TerminalDevice(Region, "0123456789AB", "ABCDEFGHJKMN", SigningKey.Create(), $"{Signer.TerminalSigner().Key}"));
        var made = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        string list = new TerminalList(Signer.TerminalSigner().Key.Name, 27, made, 5_000, 50_000, 24, [Signer.Key],
            [new("lunch", 1, "MEAL", 1_500, 1_200)], ImmutableSortedDictionary<int, int>.Empty, [], []).ToText();
        terminal.Take(new SignedNote(list, [Signer.TerminalSigner().Sign(list, default)]).ToString());
        terminal.Take(V1.DeviceState.Active);
        return terminal;
    }

    /// <summary>A server that answers receipts as a test says, and nothing else.</summary>
    private sealed class Answering(Func<SubmitOfflineRedemptionsRequest, IMessage> answer) : CallInvoker
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => new(
                request is SubmitOfflineRedemptionsRequest sent ? Task.FromResult((TResponse)answer(sent))
                    : Task.FromException<TResponse>(new RpcException(new Status(StatusCode.Unavailable, "none"))),
                Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }
}
