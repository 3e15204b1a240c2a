using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>The .proto files of a server, with all that they need, by path and by what they declare.</summary>
public class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);

    private SymbolRegistry()
    {
    }

    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> fileDescriptors)
    {
        ArgumentNullException.ThrowIfNull(fileDescriptors);
        var registry = new SymbolRegistry();
        foreach (FileDescriptor file in fileDescriptors) registry.Add(file);
        return registry;
    }

    public FileDescriptor? FileByName(string filename) => _files.GetValueOrDefault(filename);

    public FileDescriptor? FileContainingSymbol(string symbol) => _symbols.GetValueOrDefault(symbol);

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (FileDescriptor needed in file.Dependencies) Add(needed);
        foreach (MessageDescriptor message in file.MessageTypes) Add(message, file);
        foreach (EnumDescriptor type in file.EnumTypes) _symbols[type.FullName] = file;
        foreach (ServiceDescriptor service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (MethodDescriptor method in service.Methods) _symbols[method.FullName] = file;
        }
    }

    private void Add(MessageDescriptor message, FileDescriptor file)
    {
        _symbols[message.FullName] = file;
        foreach (FieldDescriptor field in message.Fields.InDeclarationOrder()) _symbols[field.FullName] = file;
        foreach (EnumDescriptor type in message.EnumTypes) _symbols[type.FullName] = file;
        foreach (MessageDescriptor nested in message.NestedTypes) Add(nested, file);
    }
}
