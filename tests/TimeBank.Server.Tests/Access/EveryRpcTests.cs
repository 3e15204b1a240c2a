using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Calls every RPC of the contract as callers who may not.</summary>
[Collection(ServerCollection.Name)]
public sealed class EveryRpcTests(TestServer server)
{
    private const string Party = "regions/430211/volunteers/0123456789AB", Other = "regions/430211/volunteers/BA9876543210";

    public static TheoryData<string> Rpcs() =>
        [.. AccessRules.Methods().Where(method => !AccessOf(method).Public).Select(AccessRules.FullName)];

    public static TheoryData<string> PublicRpcs() =>
        [.. AccessRules.Methods().Where(method => AccessOf(method).Public).Select(AccessRules.FullName)];

    public static TheoryData<string> RpcsOfARegion() =>
        [.. AccessRules.Methods().Where(method => AccessOf(method) is { RegionField.Length: > 0, Public: false })
            .Select(AccessRules.FullName)];

    public static TheoryData<string> RpcsWithAnOwner() =>
        [.. AccessRules.Methods().Where(method => AccessOf(method).Grants.Any(grant => grant.OwnField.Length > 0))
            .Select(AccessRules.FullName)];

    [Theory, MemberData(nameof(Rpcs))]
    public async Task Without_a_token_is_refused(string rpc) =>
        await CallAsync(server.Anonymous(), rpc).IsRefusedAsync(Reason.Unauthenticated);

    [Theory, MemberData(nameof(Rpcs))]
    public async Task With_a_forged_token_is_refused(string rpc)
    {
        string[] token = server.Token(Role.Administrator).Split('.');
        string forged = $"{token[0]}.{token[1]}.{new string('A', token[2].Length)}";
        await CallAsync(new TokenInvoker(server.Anonymous(), forged), rpc).IsRefusedAsync(Reason.Unauthenticated);
    }

    [Theory, MemberData(nameof(Rpcs))]
    public async Task With_a_wrong_role_is_refused(string rpc)
    {
        IEnumerable<Role> granted = AccessOf(Find(rpc)).Grants.Select(grant => grant.Role);
        Role[] wrong = [.. Enum.GetValues<Role>().Except(granted).Where(role => role != Role.Unspecified)];
        foreach (Role role in wrong) await CallAsync(server.As(role, Party), rpc).IsRefusedAsync(Reason.RoleNotAllowed);
    }

    [Theory, MemberData(nameof(RpcsOfARegion))]
    public async Task With_another_regions_token_is_refused(string rpc)
    {
        foreach (Grant grant in AccessOf(Find(rpc)).Grants) await CallAsync(server.As(grant.Role, Party, "", TestServer.Changsha), rpc)
            .IsRefusedAsync(Reason.RegionNotAllowed);
    }

    [Theory, MemberData(nameof(RpcsWithAnOwner))]
    public async Task With_another_partys_token_is_refused(string rpc)
    {
        foreach (Grant grant in AccessOf(Find(rpc)).Grants.Where(grant => grant.OwnField.Length > 0))
        {
            await CallAsync(server.As(grant.Role, Other), rpc).IsRefusedAsync(Reason.PartyNotAllowed);
        }
    }

    [Theory, MemberData(nameof(PublicRpcs))]
    public async Task What_is_public_is_open_to_everybody_and_to_every_token(string rpc)
    {
        // The request is empty but for its region, so admitted is refused for the rest of it.
        await CallAsync(server.Anonymous(), rpc).IsRefusedAsync(Reason.InvalidField);
        await CallAsync(new TokenInvoker(server.Anonymous(), "forged"), rpc).IsRefusedAsync(Reason.InvalidField);
        await CallAsync(server.Anonymous(), rpc, "regions/439900").IsRefusedAsync(Reason.RegionUnknown);
        await CallAsync(server.Anonymous(), rpc, "nowhere").IsRefusedAsync(Reason.InvalidField);
    }

    [Fact]
    public void Every_rpc_declares_who_may_call_it() =>
        Assert.All(AccessRules.Methods(), method => Assert.NotNull(AccessRules.Find(AccessRules.FullName(method))));

    private static MethodDescriptor Find(string rpc) => AccessRules.Methods().Single(method => AccessRules.FullName(method) == rpc);

    private static V1.Access AccessOf(MethodDescriptor method) => method.GetOptions().GetExtension(AccessExtensions.Access);

    private static Func<Task> CallAsync(CallInvoker invoker, string rpc, string region = "regions/430211") => async () =>
    {
        MethodDescriptor method = Find(rpc);
        IMessage request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        V1.Access access = AccessOf(method);
        // Set the region first: if one field gives region and party, the party's name, which contains the region, must stay.
        Set(request, access.RegionField, region);
        foreach (Grant grant in access.Grants) Set(request, grant.OwnField, Party);
        // A list of everything would be a right answer to an empty request.
        method.InputType.FindFieldByName("page_size")?.Accessor.SetValue(request, -1);
        var bytes = Marshallers.Create(message => message, message => message);
        MethodType type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var call = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, bytes, bytes);
        if (!method.IsServerStreaming)
        {
            await invoker.AsyncUnaryCall(call, null, default, request.ToByteArray());
            return;
        }
        using AsyncServerStreamingCall<byte[]> stream = invoker.AsyncServerStreamingCall(call, null, default, request.ToByteArray());
        while (await stream.ResponseStream.MoveNext(default))
        {
        }
    };

    private static void Set(IMessage request, string path, string value)
    {
        if (path.Length == 0) return;
        string[] names = path.Split('.');
        foreach (string name in names[..^1])
        {
            IFieldAccessor step = request.Descriptor.FindFieldByName(name).Accessor;
            if (step.GetValue(request) is null) step.SetValue(request, step.Descriptor.MessageType.Parser.ParseFrom(ByteString.Empty));
            request = (IMessage)step.GetValue(request);
        }
        request.Descriptor.FindFieldByName(names[^1]).Accessor.SetValue(request, value);
    }
}
