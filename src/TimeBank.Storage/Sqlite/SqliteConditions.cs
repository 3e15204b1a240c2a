using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>A statement under way: its text, and the values in the order in which the text names them.</summary>
internal sealed class SqliteConditions(string sql, params List<object?> values)
{
    private readonly StringBuilder _sql = new(sql);

    public SqliteConditions Add(string text, params ReadOnlySpan<object?> more)
    {
        _sql.Append(text);
        values.AddRange(more);
        return this;
    }

    public SqliteConditions If(bool asked, string text, params ReadOnlySpan<object?> more) => asked ? Add(text, more) : this;

    /// <summary>The conditions of an account filter on the table under the alias <c>a</c>.</summary>
    /// <param name="tag">Letters that keep the parameters of several filters apart.</param>
    public SqliteConditions Accounts(AccountFilter filter, string tag = "") =>
        // The conditions of the partial indexes are repeated, or SQLite wouldn't use them. '~' comes after every letter that a path may have.
        If(filter.Owner.Length > 0, $" AND a.owner = $owner{tag} AND a.owner <> ''", filter.Owner)
            .If(filter.Group.Length > 0, $" AND a.grp = $grp{tag} AND a.grp <> ''", filter.Group)
            .If(filter.UntilBefore is not null, $" AND a.valid_until < $until{tag} AND a.valid_until IS NOT NULL", LedgerRows.Date(filter.UntilBefore))
            .If(filter.PathPrefix.Length > 0, $" AND a.path >= $prefix{tag} AND a.path < $beyond{tag}", filter.PathPrefix, filter.PathPrefix + "~")
            .If(filter.Unit is not null, $" AND a.unit = $unit{tag}", filter.Unit?.Code)
            .If(filter.NotEmpty, " AND (a.debits_posted <> a.credits_posted OR a.debits_pending <> 0 OR a.credits_pending <> 0)");

    public List<T> List<T>(SqliteSession session, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> row) => session.Prepare(_sql.ToString()).List(row, [.. values]);
}
