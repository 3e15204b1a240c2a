using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Runs, and what people match by hand.</content>
public sealed partial class ReconciliationApi
{
    private const int MaxTogether = 100;

    public override async Task RunReconciliation(
        RunReconciliationRequest request, IServerStreamWriter<ReconciliationProgress> responseStream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Parent, "parent", BankAccountApi.BankAccounts);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        Command command = context.Command(request, id);
        (await grains.Writer(account.Region).DecideAsync(
            command, clock.Today, null, () => Entries.Note(command.Header(clock.Today, "")))).OrThrow();
        RunStep last = await LongWork.ToldAsync<RunStep, RunStep>(
            progress => runs.RunAsync(account, command, progress, context.CancellationToken), TellAsync);
        await TellAsync(last);

        Task TellAsync(RunStep step) => responseStream.WriteAsync(step.ToContract(account), context.CancellationToken);
    }

    public override async Task<V1.BankLine> ConfirmMatch(ConfirmMatchRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Parent, "parent", BankAccountApi.BankAccounts);
        if (request.Lines.Count == 0) read.Refuse("lines", "REQUIRED");
        if (request.Lines.Count > MaxTogether) read.Refuse("lines", "TOO_MANY", ("max", $"{MaxTogether}"));
        if (request.Lines.Distinct().Count() < request.Lines.Count) read.Refuse("lines", "REPEATED");
        if (request.Items.Count > MaxTogether) read.Refuse("items", "TOO_MANY", ("max", $"{MaxTogether}"));
        if (request.Items.Distinct().Count() < request.Items.Count) read.Refuse("items", "REPEATED");
        ImmutableArray<string> items = [.. request.Items.Select((text, at) => Item(read, name, text, $"items[{at}]"))];
        string note = read.Text(request.Note, "note", MaxNote);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        Throw(await desk.ConfirmAsync(
            account, context.Command(request, id, memo: note), [.. request.Lines], items, context.CancellationToken));
        return await LineAsync(account, request.Lines[0], context);
    }

    public override async Task<V1.BankLine> Unmatch(UnmatchRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName name, long number) = ReconciliationContract.LineNamed(read, request.Line, "line");
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        await RequireLineAsync(account, number, context.CancellationToken);
        Throw(await desk.UnmatchAsync(account, context.Command(request, id, memo: note), number, context.CancellationToken));
        return await LineAsync(account, number, context);
    }

    /// <summary>Reads the name of a thing of ours; gives it as it is stored.</summary>
    private static string Item(RequestReader read, ResourceName account, string text, string field)
    {
        if (ResourceName.TryParse(text, out ResourceName? name) && IsItem(name.Value))
        {
            read.SameRegion(account.Region, name.Value, field);
            return $"{name.Value.Collection}/{name.Value.Id}";
        }
        read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/entries/17/0"));
        return "";
    }

    private static bool IsItem(ResourceName name) => (name.Collection, name.Id.Split('/')) switch
    {
        ("entries", [var index, var position]) => ResourceName.TryIndex(index, out _) && ResourceName.TryIndex(position, out _),
        ("settlements", [var batch, "payments", var number]) => OpaqueId.TryParse(batch, out _)
            && ResourceName.TryIndex(number, out long at) && at <= int.MaxValue,
        ("lines", [var slug, var number]) => Slug.TryParse(slug, out _) && ResourceName.TryIndex(number, out long at) && at > 0,
        _ => false,
    };

    private async Task RequireLineAsync(OwnAccount account, long number, CancellationToken cancellation)
    {
        if (await reader.StoredAsync(account, number, cancellation) is null)
            throw Problem.Of(Reason.BankLineNotFound, ("line", Text(number)));
    }

    private static void Throw(Refusal? refusal)
    {
        if (refusal is not null) throw Problem.Of(refusal);
    }
}
