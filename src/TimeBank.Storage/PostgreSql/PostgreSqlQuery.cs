using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>A query being built. A value in braces becomes a parameter, so no value is ever part of the text.</summary>
internal sealed class PostgreSqlQuery
{
    private readonly StringBuilder _text = new();
    private readonly List<NpgsqlParameter> _parameters = [];

    public static PostgreSqlQuery Of(string text)
    {
        var query = new PostgreSqlQuery();
        query._text.Append(text);
        return query;
    }

    public PostgreSqlQuery Add([InterpolatedStringHandlerArgument("")] Piece piece) => piece.Query;

    /// <summary>Adds the piece if asked. Otherwise its values are not even evaluated.</summary>
    public PostgreSqlQuery If(bool asked, [InterpolatedStringHandlerArgument("", nameof(asked))] Piece piece) => piece.Query;

    /// <summary>Adds the conditions of an account filter on the table with the alias <c>a</c>.</summary>
    public PostgreSqlQuery Accounts(AccountFilter filter) =>
        // Repeat the conditions of the partial indexes; otherwise PostgreSQL does not use them. '~' sorts after every character of a path.
        If(filter.Owner.Length > 0, $" AND a.owner = {filter.Owner} AND a.owner <> ''")
            .If(filter.Group.Length > 0, $" AND a.grp = {filter.Group} AND a.grp <> ''")
            .If(filter.UntilBefore is not null,
            $" AND a.valid_until < {LedgerRows.Date(filter.UntilBefore)}::date AND a.valid_until IS NOT NULL")
            .If(filter.PathPrefix.Length > 0, $" AND a.path >= {filter.PathPrefix} AND a.path < {filter.PathPrefix + "~"}")
            .If(filter.Unit is not null, $" AND a.unit = {filter.Unit!.Value.Code}")
            .If(filter.NotEmpty, $" AND (a.debits_posted <> a.credits_posted OR a.debits_pending <> 0 OR a.credits_pending <> 0)");

    public ValueTask<IReadOnlyList<T>> ListAsync<T>(NpgsqlDataSource source, Func<NpgsqlDataReader, T> row,
        CancellationToken cancellation) =>
        source.CallAsync<IReadOnlyList<T>>(async connection => await ListAsync(connection, row, cancellation), cancellation);

    public async Task<List<T>> ListAsync<T>(NpgsqlConnection connection, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ListAsync(row, cancellation);
    }

    public async ValueTask<T?> FirstAsync<T>(NpgsqlDataSource source, Func<NpgsqlDataReader, T> row, CancellationToken cancellation) =>
        await ListAsync(source, row, cancellation) is [var first, ..] ? first : default;

    public NpgsqlCommand Command(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(_text.ToString(), connection);
        foreach (NpgsqlParameter parameter in _parameters) command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>A part of the text, with its values.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Piece
    {
        public Piece(int literalLength, int formattedCount, PostgreSqlQuery query) => Query = query;

        public Piece(int literalLength, int formattedCount, PostgreSqlQuery query, bool asked, out bool wanted) =>
            (Query, wanted) = (query, asked);

        internal PostgreSqlQuery Query { get; }

        public void AppendLiteral(string text) => Query._text.Append(text);

        public void AppendFormatted(SqlText text) => Query._text.Append(text.Text);

        public void AppendFormatted<T>(T value)
        {
            Query._parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
            Query._text.Append('$').Append(Query._parameters.Count);
        }
    }
}

/// <summary>Text that becomes part of the statement itself. Any other value in braces becomes a parameter.</summary>
internal readonly record struct SqlText(string Text);
