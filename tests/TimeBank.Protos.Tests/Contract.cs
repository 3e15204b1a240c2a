using Google.Protobuf.Reflection;
using TimeBank.V1;

namespace TimeBank.Protos.Tests;

/// <summary>The contract as the generated code carries it.</summary>
internal static class Contract
{
    /// <summary>Every file of the package, found in the assembly, so that a new one can't be forgotten.</summary>
    public static IReadOnlyList<FileDescriptor> Files { get; } =
    [
        .. typeof(Amount).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor")?.GetValue(null))
            .OfType<FileDescriptor>()
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    public static IEnumerable<MethodDescriptor> Methods => Files.SelectMany(file => file.Services).SelectMany(service => service.Methods);

    public static IEnumerable<MessageDescriptor> Messages => Files.SelectMany(file => file.MessageTypes);

    public static Access? AccessOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(AccessExtensions.Access);

    public static bool IsRead(MethodDescriptor method) =>
        method.Name.StartsWith("Get", StringComparison.Ordinal)
        || method.Name.StartsWith("List", StringComparison.Ordinal)
        || method.Name.StartsWith("Compare", StringComparison.Ordinal)
        || method.Name.StartsWith("Follow", StringComparison.Ordinal)
        || method.Name == "Export";

    /// <summary>The field at a dotted path; null if there is none.</summary>
    public static FieldDescriptor? Field(MessageDescriptor message, string path)
    {
        MessageDescriptor? at = message;
        FieldDescriptor? field = null;
        foreach (string part in path.Split('.'))
        {
            field = at?.FindFieldByName(part);
            at = field?.FieldType == FieldType.Message ? field.MessageType : null;
        }

        return field;
    }
}
