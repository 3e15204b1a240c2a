using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>grpc.reflection.v1alpha tells tools what the server has.</summary>
public sealed class ReflectionV1AlphaTests
{
    [Fact]
    public async Task Services_are_listed()
    {
        ServerReflectionResponse answer = await AskAsync(new ServerReflectionRequest { ListServices = "" });

        Assert.Contains("timebank.platform.probe.Probe", answer.ListServicesResponse.Service.Select(service => service.Name));
        Assert.Contains("grpc.reflection.v1alpha.ServerReflection", answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("timebank.platform.probe.Probe")]
    [InlineData("timebank.platform.probe.EchoRequest")]
    public async Task A_symbol_is_found_in_its_file(string symbol)
    {
        ServerReflectionResponse answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        FileDescriptorProto file = FileDescriptorProto.Parser.ParseFrom(answer.FileDescriptorResponse.FileDescriptorProto[0]);
        Assert.Equal(("probe.proto", "timebank.platform.probe"), (file.Name, file.Package));
    }

    [Fact]
    public async Task A_file_is_found_by_its_name()
    {
        ServerReflectionResponse answer = await AskAsync(new ServerReflectionRequest { FileByFilename = "probe.proto" });

        Assert.Contains(answer.FileDescriptorResponse.FileDescriptorProto, file => FileDescriptorProto.Parser.ParseFrom(file).Name == "probe.proto");
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new ServerReflectionRequest { FileByFilename = "no.proto" })).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "no.Symbol" })).ErrorResponse.ErrorCode);
    }

    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        await using ProbeHost host = await ProbeHost.StartAsync(services: services => services.AddGrpcReflection(), map: application => application.MapGrpcReflectionService());
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());
        ServerReflectionResponse answer = call.ResponseStream.Current;
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        return answer;
    }
}
