using System.Net.Sockets;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Separates faults of a machine, a network or an installation from bugs.</summary>
internal static class PostgreSqlFault
{
    /// <summary>Raised by our own statements: the batch contradicts the tables.</summary>
    public const string Refused = "TB001";

    /// <summary>Raised by our own statements: the head is not where the batch begins.</summary>
    public const string HeadMoved = "TB002";

    // A number beyond its type, such as the sum of a counter.
    private const string OutOfRange = PostgresErrorCodes.NumericValueOutOfRange;

    // The server is going away, full, broken or read only; or the installation lacks the database, the rights or the password.
    private static readonly string[] Unavailable =
    [
        "08", "28", "3D", "40", "53", "57", "58", "XX",
        PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.LockNotAvailable, PostgresErrorCodes.ReadOnlySqlTransaction,
        PostgresErrorCodes.UndefinedObject,
    ];

    /// <summary>The port's exception for a fault; the fault itself where it is our bug.</summary>
    public static Exception Translate(Exception fault) => fault switch
    {
        PostgresException { SqlState: Refused or OutOfRange } refused => Refuse(refused),
        PostgresException refused when refused.SqlState.StartsWith("23", StringComparison.Ordinal) => Refuse(refused),
        PostgresException broken when Unavailable.Any(state => broken.SqlState.StartsWith(state, StringComparison.Ordinal)) => Away(broken),
        PostgresException => fault,
        NpgsqlException or SocketException or TimeoutException or IOException => Away(fault),
        _ => fault,
    };

    /// <summary>Why a login got no connection, and what an operator can do about it. Never contains a password.</summary>
    public static Exception ExplainLogin(string database, Exception fault)
    {
        if (Translate(fault) is not StorageUnavailableException) return fault;
        string what = fault is PostgresException told ? told.MessageText
            : fault.InnerException is SocketException away ? $"{fault.Message.TrimEnd('.')} ({away.Message})"
            : fault.Message;
        string advice = (fault as PostgresException)?.SqlState switch
        {
            ['2', '8', ..] => "Set the login and its password right, or let it in by pg_hba.conf.",
            PostgresErrorCodes.InvalidCatalogName => "Name the right database, or make it as deploy/postgresql/roles.sql does.",
            PostgresErrorCodes.InsufficientPrivilege => "Give the login the right to connect: GRANT CONNECT ON DATABASE.",
            PostgresErrorCodes.TooManyConnections => "End what holds its connections, or let it have more.",
            PostgresErrorCodes.CannotConnectNow => "It is starting or stopping: wait a moment.",
            null => "See that PostgreSQL runs and listens there, and that the network leads to it.",
            _ => "",
        };
        return new StorageUnavailableException($"The database {database} can't be used: {what.TrimEnd('.')}. {advice}".TrimEnd(), fault);
    }

    private static AppendRefusedException Refuse(PostgresException fault) =>
        new($"The database refused the batch: {fault.MessageText}", fault);

    private static StorageUnavailableException Away(Exception fault) => new($"The database can't be used: {fault.Message}", fault);
}
