using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Holds what a writer says would happen against what the model says.</summary>
internal static class Trials
{
    /// <param name="shown">What the writer's clock has shown since it was asked.</param>
    /// <param name="last">The time of the last entry.</param>
    public static string? Wrong(Model model, Intent intent, Trial trial, (long Earliest, long Latest)? shown, long last)
    {
        if (trial.Outcome.Id != intent.Id || trial.Outcome.Command != intent.Command
            || shown is not { } span) return "that is of another command, or without a look at the clock";
        if (intent.Want.Kind == WantKind.Note) return trial.Outcome is { Entry: null, Refusal: null }
            ? null : "a note has neither an entry nor a refusal";
        if (trial.Outcome.Entry is not { } entry)
        {
            Refusal?[] refusals =
                [.. new[] { span.Earliest, span.Latest }.Select(time => model.Predict(intent.Want, Math.Max(time, last + 1)).Refusal)];
            return refusals.Contains(trial.Outcome.Refusal)
                ? null : $"the model gives "
                    + $"{string.Join(" or ", refusals.Select(refusal => refusal is null ? "an entry"
                        : $"{refusal.Reason} ({refusal.Detail})"))}";
        }
        Prediction prediction = model.Predict(intent.Want, entry.Time.Microseconds);
        if (prediction.Refusal is { } refused) return $"the model gives {refused.Reason} ({refused.Detail})";
        bool moves = entry.Transfers.Select(
            transfer => new Move((int)transfer.Debit, (int)transfer.Credit, transfer.Unit.Code, transfer.Posted, transfer.Held,
            transfer.Released)).SequenceEqual(prediction.Moves);
        bool accounts = trial.Accounts.Length == prediction.Touched.Count
            && trial.Accounts.All(account => prediction.Touched.TryGetValue(account.Path.Text, out Book? book)
            && Books.Differs(book, account) is null);
        return moves && accounts && trial.Transfers.Length == prediction.Moves.Count && entry.Index == model.Size
            ? null : "the model moves something else";
    }
}
