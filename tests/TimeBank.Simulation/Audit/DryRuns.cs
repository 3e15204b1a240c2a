using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Compares a writer's dry run with the model's prediction.</summary>
internal static class DryRuns
{
    /// <param name="shown">The times that the writer's clock has shown since it was asked.</param>
    /// <param name="last">The time of the last entry.</param>
    public static string? Wrong(Model model, Intent intent, DryRun dryRun, (long Earliest, long Latest)? shown, long last)
    {
        if (dryRun.Outcome.Id != intent.Id || dryRun.Outcome.RequestDigest != intent.Command
            || shown is not { } span) return "that is of another command, or without a look at the clock";
        if (intent.Want.Kind == WantKind.Note) return dryRun.Outcome is { Entry: null, Refusal: null }
            ? null : "a note has neither an entry nor a refusal";
        if (dryRun.Outcome.Entry is not { } entry)
        {
            Refusal?[] refusals =
                [.. new[] { span.Earliest, span.Latest }.Select(time => model.Predict(intent.Want, Math.Max(time, last + 1)).Refusal)];
            return refusals.Contains(dryRun.Outcome.Refusal)
                ? null : $"the model gives "
                    + $"{string.Join(" or ", refusals.Select(refusal => refusal is null ? "an entry"
                        : $"{refusal.Reason} ({refusal.Detail})"))}";
        }
        Prediction prediction = model.Predict(intent.Want, entry.Time.Microseconds);
        if (prediction.Refusal is { } refused) return $"the model gives {refused.Reason} ({refused.Detail})";
        bool moves = entry.Transfers.Select(
            transfer => new Move((int)transfer.Debit, (int)transfer.Credit, transfer.Unit.Code, transfer.Posted, transfer.Held,
            transfer.Released)).SequenceEqual(prediction.Moves);
        bool accounts = dryRun.Accounts.Length == prediction.Touched.Count
            && dryRun.Accounts.All(account => prediction.Touched.TryGetValue(account.Path.Text, out Book? book)
            && Comparison.Differs(book, account) is null);
        return moves && accounts && dryRun.Transfers.Length == prediction.Moves.Count && entry.Index == model.Size
            ? null : "the model moves something else";
    }
}
