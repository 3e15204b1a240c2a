using System.Reflection;

namespace Orleans.Runtime;

/// <summary>The silo's filters in order of registration, then the grain's own, then the method.</summary>
internal sealed class IncomingChain<T>(Request request, Activation activation, IIncomingGrainCallFilter[] filters)
    : FilterChain(request), IIncomingGrainCallContext
{
    private readonly IIncomingGrainCallFilter? own = activation.GrainInstance as IIncomingGrainCallFilter;

    public override object Grain => activation.GrainInstance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            InterfaceMapping map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    protected override int Count => own is null ? filters.Length : filters.Length + 1;

    protected override Task InvokeFilter(int index) => (index < filters.Length ? filters[index] : own!).Invoke(this);

    protected override async Task<object?> InvokeLast() =>
        await ((GrainMethod<T>)Request.Method).InvokeAsync(Grain, Request.Arguments);
}
