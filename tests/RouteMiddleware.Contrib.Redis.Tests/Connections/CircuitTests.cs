using RouteMiddleware.Contrib.Redis.Connections;

namespace RouteMiddleware.Contrib.Redis.Tests.Connections;

public sealed class CircuitTests
{
    private static readonly RedisError Timeout = new(RedisFailure.Timeout, null);

    private readonly Circuit _circuit;
    private int _opened;
    private int _closed;

    public CircuitTests() => _circuit = new(_ => _opened++, () => _closed++);

    [Theory]
    [InlineData(4, CircuitState.Closed)]
    [InlineData(5, CircuitState.Open)]
    [InlineData(6, CircuitState.Open)]
    public void Failures_InARow_OpenItAtTheFifth(int failures, object state)
    {
        Fail(failures);

        Assert.Equal(state, _circuit.State);
        Assert.Equal(state is CircuitState.Closed, _circuit.TryEnter(out _));
        Assert.Equal(state is CircuitState.Closed ? 0 : 1, _opened);
    }

    [Fact]
    public void Success_InBetween_BeginsTheCountAnew()
    {
        Fail(4);
        _circuit.Succeeded(isTrial: false);
        Fail(4);

        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public void Probe_Answered_LetsOneCallThroughAtATime()
    {
        Fail(5);
        _circuit.Answered();

        Assert.True(_circuit.TryEnter(out var isTrial));
        Assert.True(isTrial);
        Assert.False(_circuit.TryEnter(out _));
    }

    [Fact]
    public void Trial_ThatSucceeds_ClosesIt_Once()
    {
        Fail(5);
        _circuit.Answered();
        _circuit.TryEnter(out var isTrial);

        _circuit.Succeeded(isTrial);
        _circuit.Close();

        Assert.Equal(CircuitState.Closed, _circuit.State);
        Assert.Equal((1, 1), (_opened, _closed));
        Fail(4);
        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public void Trial_ThatFails_OpensItAgain_WithoutAWord()
    {
        Fail(5);
        _circuit.Answered();
        _circuit.TryEnter(out var isTrial);

        _circuit.Failed(isTrial, Timeout);

        Assert.Equal(CircuitState.Open, _circuit.State);
        Assert.False(_circuit.TryEnter(out _));
        Assert.Equal((1, 0), (_opened, _closed));
    }

    [Fact]
    public void Trial_ThatTellsNothing_LeavesThePlaceToAnother()
    {
        Fail(5);
        _circuit.Answered();
        _circuit.TryEnter(out var isTrial);

        _circuit.Unknown(isTrial);

        Assert.True(_circuit.TryEnter(out isTrial));
        Assert.True(isTrial);
    }

    [Fact]
    public void LateNews_OfCallsBeforeTheOpening_ChangesNothing()
    {
        Fail(5);

        _circuit.Succeeded(isTrial: false);
        Assert.Equal(CircuitState.Open, _circuit.State);
        _circuit.Answered();
        _circuit.Failed(isTrial: false, Timeout);
        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
    }

    private void Fail(int times)
    {
        for (var time = 0; time < times; time++)
        {
            _circuit.Failed(isTrial: false, Timeout);
        }
    }
}
