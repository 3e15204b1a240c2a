using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Orleans.Runtime;

internal sealed class PendingCall<T> : PendingCall
{
    private readonly Request request;
    private readonly Dictionary<string, object>? context;
    private readonly Caller caller;
    private readonly TaskCompletionSource<T> answer = new();
    private T? result;
    private Exception? failure;
    private CancellationTokenRegistration registration;
    private CancellationTokenSource? forGrain;

    internal PendingCall(Request request, Dictionary<string, object>? context, Caller caller) : base(request.Source)
    {
        this.request = request;
        this.context = context;
        this.caller = caller;
        ReentrancyId = RequestContext.ReentrancyId;
    }

    internal Task<T> Task => answer.Task;

    internal override GrainId Target => request.Target.GrainId;

    internal override bool IsAlwaysInterleave => request.Method.IsAlwaysInterleave;

    internal override bool IsReadOnly => request.Method.IsReadOnly;

    internal override Dictionary<string, object>? Context => context;

    internal override async Task RunAsync(Activation activation)
    {
        RequestContext.Current = context;
        try
        {
            GrainMethod<T> method = (GrainMethod<T>)request.Method;
            IIncomingGrainCallFilter[] filters = activation.Silo.IncomingFilters;
            if (filters.Length == 0 && activation.GrainInstance is not IIncomingGrainCallFilter)
            {
                Answer(await method.InvokeAsync(activation.GrainInstance!, request.Arguments));
            }
            else
            {
                IncomingChain<T> chain = new(request, activation, filters);
                await chain.Invoke();
                Answer((T)chain.Result!);
            }
        }
        catch (Exception error)
        {
            // A stale activation must not go on from what it holds in memory.
            if (error is InconsistentStateException { IsSourceActivation: true } stale)
            {
                stale.IsSourceActivation = false;
                activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, error.Message));
            }

            if (request.Method.IsOneWay) activation.Silo.Log.LogWarning(error, "One-way call {Method} of {Grain} failed", request.Method.Info.Name, Target);
            Reject(error);
        }

        activation.Ended(this);
    }

    internal override void Reject(Exception error)
    {
        if (!TryAnswer()) return;
        failure = error;
        Close();
        Answers.Give(this);
    }

    internal override void Expire() => Reject(new TimeoutException(
        $"{request.Method.InterfaceName}.{request.Method.Info.Name} of {Target} did not answer within {Timeout}; whether it ran is unknown."));

    /// <summary>
    /// Ends the call when its caller cancels. The grain gets a token of its own, cancelled in a turn of the grain, so that
    /// the callbacks registered there never run beside the grain's code.
    /// </summary>
    internal void Observe(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled) return;
        forGrain = new CancellationTokenSource();
        request.Arguments[request.Method.TokenIndex] = forGrain.Token;
        registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingCall<T>)state!).Cancel(token), this);
        if (IsOver) registration.Dispose();
    }

    /// <summary>Answers before it looks where the call runs; <see cref="Activation"/> looks in the opposite order, so one of both sees the other.</summary>
    private void Cancel(CancellationToken cancellationToken)
    {
        if (!TryAnswer()) return;
        failure = new OperationCanceledException(cancellationToken);
        caller.Answered(this);
        DeliverSoon();
        RunsOn?.Post(forGrain!.Cancel);
    }

    internal override void Deliver()
    {
        if (failure is null) answer.SetResult(result!);
        else answer.SetException(failure);
    }

    private void Answer(T given)
    {
        if (!TryAnswer()) return;
        result = given;
        Close();
        Answers.Give(this);
    }

    private void Close()
    {
        caller.Answered(this);
        registration.Dispose();
    }
}
