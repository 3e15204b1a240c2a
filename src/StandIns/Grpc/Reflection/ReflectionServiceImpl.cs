using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.Reflection;

/// <summary>The reflection service, version 1 alpha: the same bytes as version 1 under another name, so version 1 answers.</summary>
public class ReflectionServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly ReflectionV1ServiceImpl _v1;

    public ReflectionServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry) => _v1 = new(services, symbolRegistry);

    public ReflectionServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors) => _v1 = new(serviceDescriptors);

    public ReflectionServiceImpl(params ServiceDescriptor[] serviceDescriptors) => _v1 = new(serviceDescriptors);

    public override async Task ServerReflectionInfo(IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            V1.ServerReflectionResponse answer = _v1.Answer(V1.ServerReflectionRequest.Parser.ParseFrom(requestStream.Current.ToByteString()));
            await responseStream.WriteAsync(ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString())).ConfigureAwait(false);
        }
    }
}
