using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Clients bound the headers of an answer: gRPC's C core, which Python uses, refuses them from 8 KiB on. A larger error would lose its
/// reason on the way.
/// </summary>
[Collection(ServerCollection.Name)]
public sealed class ErrorSizeTests(TestServer server)
{
    private const int MaxBytes = 8_000;

    public static TheoryData<Reason> Reasons() => [.. Enum.GetValues<Reason>().Where(reason => reason != Reason.None)];

    [Theory]
    [InlineData(20, null)]
    [InlineData(50, "30")]
    [InlineData(100, "80")]
    [InlineData(1_000, "980")]
    public async Task Many_wrong_service_types_are_told_by_the_first_twenty_places(int count, string? more)
    {
        var request = new RegisterProviderRequest
        {
            RequestId = $"{Guid.AllBitsSet}", Parent = "regions/430211", DisplayName = "P",
            Accreditation = new Period { FirstDay = Day(2026, 1, 1), LastDay = Day(2027, 12, 31) },
        };
        request.ServiceTypes.AddRange(Enumerable.Range(100, count).Select(number => (V1.ServiceType)number));
        var providers = new ProviderService.ProviderServiceClient(server.As(Role.Administrator));

        AssertFirst(
            await Assert.ThrowsAsync<RpcException>(async () => await providers.RegisterProviderAsync(request)), "service_types", more);
    }

    [Theory]
    [InlineData(100, "80")]
    [InlineData(1_000, "980")]
    public async Task Many_wrong_difficulties_are_told_by_the_first_twenty_places(int count, string more)
    {
        var request =
            new RegisterElderRequest
            {
                RequestId = $"{Guid.AllBitsSet}", Parent = "regions/430211", DisplayName = "E",
                BirthDate = Day(1940, 1, 31)
            };
        request.Difficulties.AddRange(Enumerable.Range(100, count).Select(number => (Difficulty)number));
        var elders = new ElderService.ElderServiceClient(server.As(Role.Counter));

        AssertFirst(await Assert.ThrowsAsync<RpcException>(async () => await elders.RegisterElderAsync(request)), "difficulties", more);
    }

    /// <summary>Errors stay small even with long values, such as a caller's own text.</summary>
    [Theory, MemberData(nameof(Reasons))]
    public void No_error_is_too_large_for_clients(Reason reason)
    {
        string[] keys = [.. ReasonCatalogue.Of(reason).En.Split('{').Skip(1).Select(part => part.Split('}')[0]), "detail", "account"];
        foreach (string value in (string[])[new string('字', 20_000), new string('%', 20_000)])
        {
            (string, string)[] values = [.. keys.Distinct().Select(key => (key, value))];
            Assert.InRange(Bytes(Problem.Of(reason, values)), 1, MaxBytes);
        }
    }

    [Fact]
    public void Long_places_are_left_out_before_the_error_gets_too_large()
    {
        FieldViolation[] violations = [.. Enumerable.Range(0, 25)
            .Select(at =>
            new FieldViolation(
            $"document.{new string('a', 400)}[{at}]", "WRONG_IN_DOCUMENT", ("line", $"{at}"), ("detail", new string('字', 300))))];

        RpcException error = Problem.Invalid(violations, Reason.PolicyInvalid);

        Assert.InRange(Bytes(error), 1, MaxBytes);
        int told = Places(error).Count;
        Assert.InRange(told, 1, 19);
        Assert.Equal($"{25 - told}", Info(error).Metadata["more"]);
    }

    private static Date Day(int year, int month, int day) => new() { Year = year, Month = month, Day = day };

    private static void AssertFirst(RpcException error, string field, string? more)
    {
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(Enumerable.Range(0, 20).Select(at => $"{field}[{at}]"), Places(error));
        Assert.Equal(more, Info(error).Metadata.TryGetValue("more", out string? told) ? told : null);
        if (more is not null)
        {
            Assert.Contains($"{more} more", error.Status.Detail, StringComparison.Ordinal);
            Assert.Contains(
                $"另有{more}处", Details(error).First(detail => detail.Is(LocalizedMessage.Descriptor)).Unpack<LocalizedMessage>().Message,
                StringComparison.Ordinal);
        }
        Assert.InRange(Bytes(error), 1, MaxBytes);
    }

    /// <summary>The length of the error's two headers on the wire: the details in base64, the text percent-encoded.</summary>
    private static int Bytes(RpcException error) =>
        (error.Trailers.Get("grpc-status-details-bin")!.ValueBytes.Length + 2) / 3 * 4 + Uri.EscapeDataString(error.Status.Detail).Length;

    private static List<string> Places(RpcException error) =>
        [.. Details(error).Where(detail => detail.Is(BadRequest.Descriptor))
            .SelectMany(detail => detail.Unpack<BadRequest>().FieldViolations).Select(violation => violation.Field)];

    private static Google.Rpc.ErrorInfo Info(RpcException error) =>
        Details(error).First(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Unpack<Google.Rpc.ErrorInfo>();

    private static IEnumerable<Google.Protobuf.WellKnownTypes.Any> Details(RpcException error) => error.GetRpcStatus()!.Details;
}
