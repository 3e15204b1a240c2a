using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Complaints in the contract's types.</summary>
internal static class ComplaintContract
{
    public const string Complaints = "complaints";

    /// <summary>Before the subject of staff who complain in their own name; a part of stored names.</summary>
    public const string Staff = "staff/";

    public static Complaint ToContract(this ComplaintView view, RegionCode region, DateOnly today)
    {
        Complaint complaint = view.Record.ToContract(region, today);
        foreach ((ComplaintStepRecord step, ComplaintWords? words) in view.Record.History.Zip(view.Words))
        {
            complaint.History.Add(new ComplaintEvent
            {
                Step = step.Step.ToContract(),
                By = step.By,
                Party = PartyName(region, step.Party),
                Time = Timestamp.FromDateTimeOffset(step.At),
                Words = words?.Text ?? "",
                Entry = EntryName(region, step.Entry),
            });
            complaint.WordsHidden |= step.Words is not null && words is null;
        }
        return complaint;
    }

    /// <summary>Without the history.</summary>
    public static Complaint ToContract(this ComplaintRecord stored, RegionCode region, DateOnly today)
    {
        ComplaintRecord record = stored.WithDays(WorkingCalendar.BuiltIn);
        return new Complaint
        {
            Name = ResourceName.Of(region, Complaints, record.Id),
            Subject = $"{ResourceName.OfRegion(region)}/{record.Subject}",
            Category = record.Category.ToContract(),
            State = record.State.ToContract(),
            Complainant = PartyName(region, record.Complainant),
            FiledBy = record.FiledBy,
            FileTime = Timestamp.FromDateTimeOffset(record.FiledAt),
            DueDate = record.Due?.ToContract(),
            ContestUntil = record.ContestUntil?.ToContract(),
            ReviewDueDate = record.ReviewDue?.ToContract(),
            Overdue = record.WaitsUntil < today,
            SetAsideEntry = EntryName(region, ComplaintRule.IsOpen(record.State) ? record.Disputed : null),
            ClosingEntry = EntryName(region, record.History.LastOrDefault()?.Entry),
        };
    }

    /// <summary>What the other parties of the movement see.</summary>
    public static ComplaintView WithoutWords(this ComplaintView view) =>
        view with { Words = [.. view.Words.Select(_ => (ComplaintWords?)null)] };

    private static string PartyName(RegionCode region, string party) =>
        party.Length == 0 || party.StartsWith(Staff, StringComparison.Ordinal) ? "" : $"{ResourceName.OfRegion(region)}/{party}";

    private static string EntryName(RegionCode region, long? index) =>
        index is { } entry ? ResourceName.Of(region, VoucherContract.Entries, entry) : "";
}
