using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf.Reflection;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>The access rule of every RPC of the contract, by its full method name. An RPC that isn't here is open to nobody.</summary>
public static class AccessRules
{
    private static readonly FrozenDictionary<string, AccessRule> Rules = Methods()
        .Where(method => method.GetOptions()?.HasExtension(AccessExtensions.Access) == true)
        .ToFrozenDictionary(FullName, method => new AccessRule(method, method.GetOptions().GetExtension(AccessExtensions.Access)));

    public static AccessRule? Find(string fullMethodName) => Rules.GetValueOrDefault(fullMethodName);

    /// <summary>Every RPC of the contract.</summary>
    public static IEnumerable<MethodDescriptor> Methods() => typeof(Amount).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Amount).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null))
        .Cast<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods);

    public static string FullName(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}
