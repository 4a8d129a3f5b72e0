using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>A gRPC service object and how a server gets to know it.</summary>
internal sealed record ServedObject(Action<IServiceCollection> Register, Action<IEndpointRouteBuilder> Map)
{
    public static ServedObject Of<TService>(TService service)
        where TService : class => new(services => services.AddSingleton(service), routes => routes.MapGrpcService<TService>());
}
