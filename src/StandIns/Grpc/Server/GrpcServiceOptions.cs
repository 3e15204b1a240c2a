using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How services are served: for all of them, or, in <see cref="GrpcServiceOptions{TService}"/>, for one, where what is not set is taken from all.</summary>
public class GrpcServiceOptions
{
    private int? _maxSendMessageSize;
    private int? _maxReceiveMessageSize;

    /// <summary>In bytes; null means any size, which is what holds where it was not set.</summary>
    public int? MaxSendMessageSize
    {
        get => _maxSendMessageSize;
        set => (_maxSendMessageSize, MaxSendMessageSizeSpecified) = (value, true);
    }

    public bool MaxSendMessageSizeSpecified { get; set; }

    /// <summary>In bytes; null means any size; 4 MB where it was not set.</summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set => (_maxReceiveMessageSize, MaxReceiveMessageSizeSpecified) = (value, true);
    }

    public bool MaxReceiveMessageSizeSpecified { get; set; }

    /// <summary>Whether callers are told the text of an exception that a method did not mean for them.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The name of the encoding of responses, where the caller accepts it.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    public CompressionLevel? ResponseCompressionLevel { get; set; }

    public IList<ICompressionProvider> CompressionProviders { get; set; } = [];

    /// <summary>Whether calls of unknown services and methods are left to the rest of the application, which answers 404.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>The first sees a call first; those of all services come before those of one.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}
