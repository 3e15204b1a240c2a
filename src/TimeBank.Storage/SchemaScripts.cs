using System.Reflection;
using System.Text;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>An engine's numbered scripts in this build. Tells how many of them a database has.</summary>
internal sealed class SchemaScripts
{
    private readonly List<SchemaScript> _scripts = [];

    /// <param name="prefix">The beginning of the resource names of the engine's embedded scripts.</param>
    public SchemaScripts(string prefix)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            string name = resource[prefix.Length..], text = reader.ReadToEnd();
            if (!name.StartsWith($"{Version + 1:D3}_", StringComparison.Ordinal)) throw new InvalidOperationException(
                $"Script {name} is out of order: number {Version + 1} was expected.");
            _scripts.Add(new SchemaScript(Version + 1, name, text, Digest.Of(Encoding.UTF8.GetBytes(text)).ToString()));
        }
    }

    /// <summary>The schema version that this build reads and writes.</summary>
    public int Version => _scripts.Count;

    public SchemaScript After(int applied) => _scripts[applied];

    public IReadOnlyList<string> NamesAfter(int applied) => [.. _scripts.Skip(applied).Select(script => script.Name)];

    /// <summary>The number of scripts that a database has.</summary>
    /// <param name="tables">All tables of the database.</param>
    /// <param name="rows">Reads the rows of <c>schema_version</c> by version. Called only if that table exists.</param>
    /// <exception cref="SchemaMismatchException">The database is not what these scripts made.</exception>
    public int Applied(IReadOnlyCollection<string> tables, Func<IReadOnlyList<SchemaScript>> rows)
    {
        if (!tables.Contains("schema_version"))
        {
            return tables.Count == 0
                ? 0 : throw new SchemaMismatchException(
                $"The database has tables ({string.Join(", ", tables.Order())}) but no schema_version: it isn't a TimeBank database, or "
                    + "it was only half migrated.");
        }
        IReadOnlyList<SchemaScript> applied = rows();
        if (applied.Count == 0) throw new SchemaMismatchException("The database has an empty schema_version: it was only half migrated.");
        if (applied[^1].Version > Version) throw new SchemaMismatchException(
            $"The database has schema {applied[^1].Version} and this build knows {Version}: use a newer build.");
        for (int at = 0; at < applied.Count; at++)
        {
            if (applied[at].Version != at + 1) throw new SchemaMismatchException(
                $"The database lacks script {at + 1}: it was only half migrated.");
            if (applied[at].Digest != _scripts[at].Digest) throw new SchemaMismatchException(
                $"Script {at + 1} was applied as {applied[at].Name} {Short(applied[at].Digest)}, and this build has {_scripts[at].Name} "
                    + $"{Short(_scripts[at].Digest)}: an applied script was edited.");
        }
        return applied.Count;
    }

    /// <exception cref="SchemaMismatchException">Scripts are missing.</exception>
    public void RequireAll(int applied)
    {
        if (applied != Version) throw new SchemaMismatchException(
            $"The database has schema {applied} and this build needs {Version}: run `timebank migrate` as its owner.");
    }

    private static string Short(string digest) => digest.Length > 8 ? digest[..8] : digest;
}

/// <summary>A numbered script, or a database's row about it.</summary>
internal sealed record SchemaScript(int Version, string Name, string Text, string Digest);

/// <summary>The database does not have this build's schema and can't be migrated to it. The server refuses to start.</summary>
public sealed class SchemaMismatchException(string message) : Exception(message);
