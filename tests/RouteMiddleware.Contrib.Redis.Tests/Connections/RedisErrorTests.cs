using System.Reflection;
using RouteMiddleware.Contrib.Redis.Connections;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Tests.Connections;

public sealed class RedisErrorTests
{
    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "OOM", false, false)]
    [InlineData("ERR Error running script (call to f_6b1b): @user_script:1: @user_script: 1: -OOM command not allowed when used memory > 'maxmemory'. ", "OOM", false, false)]
    [InlineData("READONLY You can't write against a read only replica.", "READONLY", false, true)]
    [InlineData("NOSCRIPT No matching script. Please use EVAL.", "NOSCRIPT", false, true)]
    [InlineData("MOVED 3999 127.0.0.1:6381", "MOVED", false, true)]
    [InlineData("Endpoint 127.0.0.1:6381 serving hashslot 3999 is not reachable at this point of time.", "MOVED", false, true)]
    [InlineData("ASK 3999 127.0.0.1:6381", "ASK", false, true)]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot", "TRYAGAIN", false, true)]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", "WRONGTYPE", false, false)]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot", "CROSSSLOT", false, false)]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "MISCONF", false, false)]
    [InlineData("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", "BUSY", true, false)]
    [InlineData("UNKILLABLE Sorry the script already executed write commands", "UNKILLABLE", true, false)]
    [InlineData("LOADING Redis is loading the dataset in memory", "LOADING", true, false)]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MASTERDOWN", true, false)]
    [InlineData("CLUSTERDOWN Hash slot not served", "CLUSTERDOWN", true, false)]
    [InlineData("NOAUTH Authentication required.", "NOAUTH", true, false)]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS", true, false)]
    [InlineData("NOPERM this user has no permissions to run the 'eval' command", "NOPERM", true, false)]
    [InlineData("ERR value is not an integer or out of range", "ERR", false, false)]
    [InlineData("", "ERR", false, false)]
    public void Of_AnErrorOfTheServer_HasItsCode(string message, string code, bool meansAway, bool isAnsweredElsewhere)
    {
        var error = RedisError.Of(Make<RedisServerException>(message));

        Assert.Equal(
            (RedisFailure.Refused, code, meansAway, isAnsweredElsewhere),
            (error.Failure, error.Code, error.MeansAway, error.IsAnsweredElsewhere));
    }

    [Theory]
    [InlineData(ConnectionFailureType.UnableToResolvePhysicalConnection, RedisFailure.NotConnected)]
    [InlineData(ConnectionFailureType.SocketFailure, RedisFailure.ConnectionLost)]
    [InlineData(ConnectionFailureType.SocketClosed, RedisFailure.ConnectionLost)]
    [InlineData(ConnectionFailureType.ConnectionDisposed, RedisFailure.ConnectionLost)]
    [InlineData(ConnectionFailureType.ProtocolFailure, RedisFailure.ConnectionLost)]
    public void Of_AFailedConnection_TellsWhetherTheCallWasSent(ConnectionFailureType type, RedisFailure failure)
    {
        var error = RedisError.Of(Make<RedisConnectionException>(type, ""));

        Assert.Equal((failure, true), (error.Failure, error.MeansAway));
    }

    // The client keeps some of these constructors to itself.
    private static T Make<T>(params object[] arguments)
        => (T)Activator.CreateInstance(typeof(T), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, arguments, null)!;
}
