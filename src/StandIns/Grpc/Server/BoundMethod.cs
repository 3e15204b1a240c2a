using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>A method, the C# method that answers it, and what handles its requests.</summary>
internal sealed record BoundMethod(IMethod Method, MethodInfo Implementation, ServerHandler Handler);
