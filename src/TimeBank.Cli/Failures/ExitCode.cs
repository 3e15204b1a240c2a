namespace TimeBank.Cli;

/// <summary>How a command ended, for scripts. The numbers are promised in <c>--help</c>.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>A rule said no, or what was asked for isn't there.</summary>
    Refused = 1,

    /// <summary>What was entered can't be right.</summary>
    Usage = 2,

    /// <summary>The server can't be reached or can't answer now; whether anything was recorded is unknown.</summary>
    Unavailable = 3,

    /// <summary>The caller may not.</summary>
    NotAllowed = 4,
}
