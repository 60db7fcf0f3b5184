using Microsoft.Extensions.ObjectPool;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Runs a script by its hash; by its text where the server did not know it. The client would look the hash up under the whole text, at every call.</summary>
internal sealed class EvaluateCall(CallEvents events, ObjectPool<EvaluateCall> pool) : PendingCall<RedisResult>(events)
{
    private RedisScript? _script;
    private RedisKey[] _keys = [];
    private RedisValue[] _values = [];

    public EvaluateCall With(RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        (_script, _keys, _values) = (script, keys, values);
        return this;
    }

    protected override Task<RedisResult> SendAsync(IDatabase database, bool isAgain)
        => isAgain ? database.ScriptEvaluateAsync(_script!.Text, _keys, _values) : database.ScriptEvaluateAsync(_script!.Hash, _keys, _values);

    protected override void Recycle()
    {
        (_script, _keys, _values) = (null, [], []);
        pool.Return(this);
    }
}
