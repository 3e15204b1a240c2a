using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Who may call one RPC, as its option in the contract says.</summary>
public sealed class AccessRule(MethodDescriptor method, Access access)
{
    private readonly Func<IMessage, string>? _region = access.RegionField.Length == 0 ? null : Field(method.InputType, access.RegionField);
    private readonly (Role Role, Func<IMessage, string>? Own)[] _grants =
    [
        .. access.Grants.Select(grant => (grant.Role, grant.OwnField.Length == 0 ? null : Field(method.InputType, grant.OwnField))),
    ];

    /// <summary>The field that names the region; empty where the RPC concerns none.</summary>
    public string RegionField => access.RegionField;

    public string? Region(IMessage request) => _region?.Invoke(request);

    public bool AllowsRole(Caller caller)
    {
        foreach ((Role role, _) in _grants)
        {
            if (caller.Has(role)) return true;
        }
        return false;
    }

    /// <summary>
    /// Whether some role of the caller passes: bounded by its regions alone, checked by the service, or the field is the caller's own.
    /// </summary>
    public bool AllowsParty(Caller caller, IMessage request)
    {
        foreach ((Role role, Func<IMessage, string>? own) in _grants)
        {
            if (caller.Has(role) && (own is null || caller.Owns(own(request)))) return true;
        }
        return false;
    }

    private static Func<IMessage, string> Field(MessageDescriptor type, string path)
    {
        var found = new List<IFieldAccessor>();
        foreach (string name in path.Split('.'))
        {
            FieldDescriptor field = type.FindFieldByName(name)
                ?? throw new InvalidOperationException($"{type.FullName} has no field {name}, which an access option names.");
            found.Add(field.Accessor);
            if (field.FieldType == FieldType.Message) type = field.MessageType;
        }
        IFieldAccessor[] accessors = [.. found];
        return request =>
        {
            object? value = request;
            foreach (IFieldAccessor accessor in accessors) value = value is IMessage message ? accessor.GetValue(message) : null;
            return value as string ?? "";
        };
    }
}

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
