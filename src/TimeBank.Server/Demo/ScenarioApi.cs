using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// Reads, advances and ends a demonstration's clock. A server that was started without one answers SCENARIO_NOT_RUNNING.
/// </summary>
public sealed class ScenarioApi(IGrainFactory grains, ScenarioClock? clock = null) : ScenarioService.ScenarioServiceBase
{
    private IScenarioGrain Grain => clock is null
        ? throw Problem.Of(Reason.ScenarioNotRunning) : grains.GetGrain<IScenarioGrain>(IScenarioGrain.Key);

    public override async Task<Scenario> GetScenario(GetScenarioRequest request, ServerCallContext context) =>
        ToContract(await Grain.GetAsync());

    public override async Task<Scenario> AdvanceClock(AdvanceClockRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        DateTimeOffset to = read.Time(request.To, "to");
        read.Check();
        return ToContract((await Grain.AdvanceAsync(context.Command(request, id), to)).OrThrow());
    }

    public override async Task<Scenario> FinishScenario(FinishScenarioRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        read.Check();
        return ToContract((await Grain.FinishAsync(context.Command(request, id))).OrThrow());
    }

    private static Scenario ToContract(ScenarioRecord message) => new()
    {
        State = message.Finished ? V1.ScenarioState.Finished : V1.ScenarioState.Running,
        Now = Timestamp.FromDateTimeOffset(message.Now),
        StartTime = Timestamp.FromDateTimeOffset(message.Start),
    };
}
