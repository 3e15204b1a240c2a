using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Who may call one RPC, by the RPC's option in the contract.</summary>
/// <exception cref="InvalidOperationException">The option names a field that the request does not have.</exception>
public sealed class AccessRule(MethodDescriptor method, Access access)
{
    private readonly Func<IMessage, string>? _region = access.RegionField.Length == 0 ? null : Field(method.InputType, access.RegionField);
    private readonly (Role Role, Func<IMessage, string>? Own)[] _grants =
    [
        .. access.Grants.Select(grant => (grant.Role, grant.OwnField.Length == 0 ? null : Field(method.InputType, grant.OwnField))),
    ];

    /// <summary>True: anybody may call, without a token.</summary>
    public bool IsPublic { get; } = access.Public && access.Grants.Count == 0;

    /// <summary>The roles that may call.</summary>
    public IEnumerable<Role> Roles => _grants.Select(grant => grant.Role).Distinct();

    /// <summary>The path of the request's field that names the region; empty for an RPC without a region.</summary>
    public string RegionField => access.RegionField;

    /// <summary>The text of the region's field; null for an RPC without a region.</summary>
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
    /// True if one of the caller's roles passes: the contract names no field for the role (its regions bound it, or the service checks
    /// more), or the named field is the caller's own party.
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

/// <summary>The access rule of every RPC, by the full method name. An RPC without a rule is closed to everyone.</summary>
public static class AccessRules
{
    private static readonly FrozenDictionary<string, AccessRule> Rules = Methods()
        .Where(method => method.GetOptions()?.HasExtension(AccessExtensions.Access) == true)
        .ToFrozenDictionary(FullName, method => new AccessRule(method, method.GetOptions().GetExtension(AccessExtensions.Access)));

    public static AccessRule? Find(string fullMethodName) => Rules.GetValueOrDefault(fullMethodName);

    /// <summary>Every RPC of the contract, with or without a rule.</summary>
    public static IEnumerable<MethodDescriptor> Methods() => typeof(Amount).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Amount).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null))
        .Cast<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods);

    public static string FullName(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}
