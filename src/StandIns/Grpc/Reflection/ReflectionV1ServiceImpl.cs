using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.Reflection;

/// <summary>The reflection service, version 1. Extensions are not looked up, as in the package.</summary>
public class ReflectionV1ServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly List<string> _services;
    private readonly SymbolRegistry _symbols;

    public ReflectionV1ServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry)
    {
        _services = [.. services];
        _symbols = symbolRegistry;
    }

    public ReflectionV1ServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors) : this([.. serviceDescriptors])
    {
    }

    public ReflectionV1ServiceImpl(params ServiceDescriptor[] serviceDescriptors)
        : this(serviceDescriptors.Select(service => service.FullName), SymbolRegistry.FromFiles(serviceDescriptors.Select(service => service.File)))
    {
    }

    public override async Task ServerReflectionInfo(IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            await responseStream.WriteAsync(Answer(requestStream.Current)).ConfigureAwait(false);
    }

    internal ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        ServerReflectionResponse response = request.MessageRequestCase switch
        {
            ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => Files(_symbols.FileByName(request.FileByFilename), "File not found."),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol => Files(_symbols.FileContainingSymbol(request.FileContainingSymbol), "Symbol not found."),
            ServerReflectionRequest.MessageRequestOneofCase.ListServices => Services(),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension
                or ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType
                or ServerReflectionRequest.MessageRequestOneofCase.None => Error(StatusCode.Unimplemented, "Request type not supported by C# reflection service."),
        };
        response.ValidHost = request.Host;
        response.OriginalRequest = request;
        return response;
    }

    private static ServerReflectionResponse Files(FileDescriptor? file, string otherwise)
    {
        if (file is null) return Error(StatusCode.NotFound, otherwise);
        var needed = new HashSet<FileDescriptor>();
        Collect(file, needed);
        return new() { FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { needed.Select(each => each.SerializedData) } } };
    }

    private static void Collect(FileDescriptor file, HashSet<FileDescriptor> into)
    {
        if (!into.Add(file)) return;
        foreach (FileDescriptor needed in file.Dependencies) Collect(needed, into);
    }

    private ServerReflectionResponse Services() =>
        new() { ListServicesResponse = new ListServiceResponse { Service = { _services.Select(name => new ServiceResponse { Name = name }) } } };

    private static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };
}
