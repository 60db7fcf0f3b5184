using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Timing;

/// <summary>Tells how long the answer took: from here until its headers go out.</summary>
internal sealed class TimingMiddleware : IMiddleware, IObserveChains, IDescribeAnswers, IDisposable
{
    internal const string ServerTimingHeader = "Server-Timing";
    internal const string ProcessTimeHeader = "X-Process-Time";

    private static readonly Func<object, Task> SendTime = static state =>
    {
        var pass = (TimingPass)state;
        pass.Middleware.Send(pass);
        return Task.CompletedTask;
    };

    private readonly TimeProvider _clock;
    private readonly string _headerName;
    private readonly DurationFormat _format;
    private readonly bool _processTime;
    private readonly bool _serverTiming;
    private readonly IChainObservation? _observation;
    private readonly IDisposable? _subscription;

    public TimingMiddleware(TimingOptions options, TimeProvider clock, IChainObservation? observation = null)
    {
        options.ThrowIfInvalid();

        _clock = clock;
        _headerName = options.HeaderName;
        _format = DurationFormat.TryParse(options.Format)!;
        _processTime = options.ProcessTime;
        _serverTiming = options.ServerTiming;

        if (options.ServerTimingDetails)
        {
            _observation = observation;
            _subscription = observation?.Subscribe();
        }
    }

    public void Dispose() => _subscription?.Dispose();

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var pass = new TimingPass(this, context, _clock.GetTimestamp());

        // The outermost one alone adds to the list of metrics. The other headers are set, not added: the outermost does so last, with the longest time.
        if ((_serverTiming || _observation is not null) && context.Features.Get<TimingPass>() is null)
        {
            context.Features.Set(pass);
        }

        context.Response.OnStarting(SendTime, pass);
        return next(context);
    }

    public void DescribeAnswers(EndpointAnswers answers)
    {
        answers.AddHeader(new(_headerName, "How long the answer took."));

        if (_processTime)
        {
            answers.AddHeader(new(ProcessTimeHeader, "How long the answer took, in seconds."));
        }

        if (_serverTiming)
        {
            answers.AddHeader(new(ServerTimingHeader, "How long the answer took, in milliseconds, as browsers show it."));
        }
        else if (_observation is not null)
        {
            answers.AddHeader(new(ServerTimingHeader, "How long each middleware took, in milliseconds, as browsers show it."));
        }
    }

    private void Send(TimingPass pass)
    {
        var elapsed = _clock.GetTimestamp() - pass.StartedAt;
        var frequency = _clock.TimestampFrequency;
        var headers = pass.Context.Response.Headers;

        headers[_headerName] = _format.Write(elapsed, frequency);

        if (_processTime)
        {
            headers[ProcessTimeHeader] = DurationFormat.ProcessTime.Write(elapsed, frequency);
        }

        if ((_serverTiming || _observation is not null) && ReferenceEquals(pass.Context.Features.Get<TimingPass>(), pass))
        {
            if (_serverTiming)
            {
                headers[ServerTimingHeader] = StringValues.Concat(headers[ServerTimingHeader], DurationFormat.ServerTiming.Write(elapsed, frequency));
            }

            if (_observation is not null)
            {
                headers[ServerTimingHeader] = StringValues.Concat(headers[ServerTimingHeader], ServerTimingDetails.Write(_observation.TimesOf(pass.Context), elapsed, frequency));
            }
        }
    }
}
