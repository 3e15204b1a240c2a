using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Server.Tests;

/// <summary>Invisible and unreadable letters in every text that a caller may write.</summary>
[Collection(ServerCollection.Name)]
public sealed class EveryTextTests(TestServer server)
{
    private const string Chaling = "430224";

    private static readonly string[] Texts = ["display_name", "memo", "note", "comment", "purpose", "reference", "words"];

    public static TheoryData<string, string> Fields()
    {
        var fields = new TheoryData<string, string>();
        foreach (MethodDescriptor method in AccessRules.Methods())
        {
            foreach (FieldDescriptor field in method.InputType.Fields.InFieldNumberOrder())
            {
                if (Texts.Contains(field.Name)) fields.Add(AccessRules.FullName(method), field.Name);
            }
        }
        return fields;
    }

    [Fact]
    public void There_are_texts_all_over_the_contract() => Assert.True(Fields().Count >= 20, $"{Fields().Count}");

    [Theory, MemberData(nameof(Fields))]
    public async Task A_letter_that_cannot_be_seen_is_refused_by_its_field(string rpc, string field)
    {
        MethodDescriptor method = AccessRules.Methods().Single(method => AccessRules.FullName(method) == rpc);
        Access access = method.GetOptions().GetExtension(AccessExtensions.Access);
        Grant grant = access.Grants.FirstOrDefault(grant => grant.Role != Role.Counter) ?? access.Grants[0];
        const string person = "regions/430211/elders/0123456789AB";
        IMessage request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        foreach (string name in (string[])[access.RegionField, grant.OwnField])
        {
            if (name.Length == 0 || name.Contains('.')) continue;
            method.InputType.FindFieldByName(name).Accessor.SetValue(request, name == "parent" ? "regions/430211" : person);
        }
        if (grant.Role == Role.Counter) method.InputType.FindFieldByName("on_behalf_of")?.Accessor.SetValue(request, person);
        method.InputType.FindFieldByName(field).Accessor.SetValue(request, "助\u200b餐");

        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await CallAsync(server.As(grant.Role, person), method, request));

        BadRequest fields = refused.GetRpcStatus()!.Details.Single(detail => detail.Is(BadRequest.Descriptor)).Unpack<BadRequest>();
        BadRequest.Types.FieldViolation violation = Assert.Single(fields.FieldViolations, violation => violation.Field == field);
        Assert.StartsWith("STRANGE_LETTER: ", violation.Description, StringComparison.Ordinal);
        Assert.Contains("U+200B", violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_is_refused_by_the_place_where_the_letter_is()
    {
        var policies = new PolicyService.PolicyServiceClient(server.As(Role.FinanceMaker, "", "", Chaling));
        var catalogues = new CatalogueService.CatalogueServiceClient(server.As(Role.FinanceMaker, "", "", Chaling));
        string policy = (await policies.GetVersionAsync(new GetPolicyVersionRequest { Parent = $"regions/{Chaling}" })).Document;
        string catalogue = (await catalogues.GetVersionAsync(new GetCatalogueVersionRequest { Parent = $"regions/{Chaling}" })).Document;

        // The first document contains the letter as a JSON escape, the second one the letter itself.
        await policies.ProposeVersionAsync(new ProposePolicyVersionRequest
        {
            RequestId = Id(1), Parent = $"regions/{Chaling}",
            Document = VersionDocuments.Changed(policy, Chaling, "letters", "2035-01-01", file =>
                file["hours"]!["coinMinutes"]!["source"] = "北京\u200b市"),
        }).IsRefusedAsync(Reason.PolicyInvalid, "document.hours.coinMinutes.source");
        await catalogues.ProposeVersionAsync(new ProposeCatalogueVersionRequest
        {
            RequestId = Id(2), Parent = $"regions/{Chaling}",
            Document = VersionDocuments.Changed(catalogue, Chaling, "letters", "2035-01-01", file => file["note"]!["zh"] = "TEXT")
                .Replace("TEXT", "\u2f7c年食堂", StringComparison.Ordinal),
        }).IsRefusedAsync(Reason.CatalogueInvalid, "document.note.zh");
    }

    /// <summary>
    /// The retry of a request that an older build accepted gets the stored answer, whatever today's rules say. Under another id the same
    /// text is refused.
    /// </summary>
    [Theory]
    [InlineData(3, "王\u200b芳")]
    [InlineData(4, "王\u202e芳")]
    [InlineData(5, "王\n芳")]
    public async Task A_retry_of_what_an_older_build_took_is_answered(int number, string name)
    {
        var request = new EnrolVolunteerRequest
        {
            RequestId = Id(number), Parent = "regions/430211", DisplayName = name,
            BirthDate = new DateOnly(1980, 1, 1).ToContract()
        };
        Command command = Sent("/timebank.v1.VolunteerService/EnrolVolunteer", request, request.RequestId, "staff-Counter");
        IVolunteerGrain older = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IVolunteerGrain>($"430211/{command.NewId}");
        Assert.Null((await older.EnrolAsync(command, name, new DateOnly(1980, 1, 1), "")).Refusal);
        var counter = new VolunteerService.VolunteerServiceClient(server.As(Role.Counter));

        Volunteer again = await counter.EnrolVolunteerAsync(request);

        Assert.Equal((name, $"regions/430211/volunteers/{command.NewId}"), (again.DisplayName, again.Name));
        await counter.EnrolVolunteerAsync(new EnrolVolunteerRequest(request) { DisplayName = name + "\u200b" })
            .IsRefusedAsync(Reason.RequestIdReused);
        await counter.EnrolVolunteerAsync(new EnrolVolunteerRequest(request) { RequestId = Id(100 + number) })
            .IsRefusedAsync(Reason.InvalidField, "display_name");
        // No other caller sent this request.
        await new VolunteerService.VolunteerServiceClient(server.As(Role.Counter, "", "another")).EnrolVolunteerAsync(request)
            .IsRefusedAsync(Reason.InvalidField, "display_name");
    }

    [Fact]
    public async Task What_was_said_with_a_step_stays_as_an_older_build_took_it()
    {
        var desk = new Desk(server);
        string elder = await desk.RegisterWithHoursAsync(), id = elder.Split('/')[^1];
        ServiceOrder order = await desk.Orders(elder).RequestServiceAsync(desk.Request(elder));
        var cancel = new CancelOrderRequest { RequestId = Id(6), Order = order.Name, Note = "病\u202e了" };
        IServiceOrderGrain older = server.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IServiceOrderGrain>($"430211/{order.Name.Split('/')[^1]}");
        var step = new OrderStep(Sent("/timebank.v1.ServiceOrderService/CancelOrder", cancel, Id(6), id), $"elders/{id}",
            cancel.Note);
        Assert.Null((await older.CancelAsync(step)).Refusal);

        ServiceOrder again = await desk.Orders(elder).CancelOrderAsync(cancel);

        Assert.Equal((V1.OrderState.Cancelled, "病\u202e了"), (again.State, again.CancelNote));
    }

    /// <summary>The command that the server makes of a request.</summary>
    private static Command Sent(string rpc, IMessage request, string id, string subject) =>
        new(Guid.Parse(id), Digest.Of([.. Encoding.UTF8.GetBytes(rpc), 0, .. request.ToByteArray()]).ToString(), subject, "", "");

    private static string Id(int number) => new Guid(number, 0x7e, 7, new byte[8]).ToString();

    private static async Task CallAsync(CallInvoker caller, MethodDescriptor method, IMessage request)
    {
        var marshaller = Marshallers.Create(message => message, bytes => bytes);
        MethodType type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var rpc = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, marshaller, marshaller);
        if (!method.IsServerStreaming)
        {
            await caller.AsyncUnaryCall(rpc, null, default, request.ToByteArray());
            return;
        }
        using AsyncServerStreamingCall<byte[]> call = caller.AsyncServerStreamingCall(rpc, null, default, request.ToByteArray());
        await call.ResponseStream.MoveNext(default);
    }
}
