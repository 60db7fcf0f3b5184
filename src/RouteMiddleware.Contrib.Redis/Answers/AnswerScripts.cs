namespace RouteMiddleware.Contrib.Redis.Answers;

/// <summary>
/// What runs on the server. A value begins with the generation before its making (16 digits) and the marks of its tags (4 digits each); beside the values of a shard lies a table
/// of its evictions: <c>n</c> the generation, <c>a</c> when everything was evicted last, and by mark when that was. Whatever of it is lost or can't be read is lost whole, and the
/// generation that a new table begins with is later than any before: it is the server's time in microseconds.
/// </summary>
internal static class AnswerScripts
{
    private const string Table = """
        local function whole(text)
          return text and #text <= 16 and string.find(text, '^%d+$')
        end
        local head = redis.pcall('HMGET', KEYS[2], 'n', 'a')
        if head.err or not whole(head[1]) or not whole(head[2]) then
          local time = redis.call('TIME')
          local now = string.format('%.0f', time[1] * 1000000 + time[2])
          redis.call('DEL', KEYS[2])
          redis.call('HSET', KEYS[2], 'n', now, 'a', now)
          head = {now, now}
        end
        local last = tonumber(head[1])
        local all = tonumber(head[2])
        local function generation(value)
          return tonumber(string.sub(value, 2, 17)) or -1
        end
        local function isvoid(value)
          local begun = generation(value)
          local count = tonumber(string.sub(value, 18, 21)) or 1000
          if string.sub(value, 1, 1) ~= 'A' or count > 256 or begun < all or begun > last then return true end
          if count > 0 then
            local marks = {}
            for i = 1, count do marks[i] = string.sub(value, 18 + 4 * i, 21 + 4 * i) end
            for _, evicted in ipairs(redis.call('HMGET', KEYS[2], unpack(marks))) do
              if evicted and not (whole(evicted) and tonumber(evicted) <= begun) then return true end
            end
          end
          return false
        end

        """;

    /// <summary>KEYS value, table, lead; ARGV owner or nothing, milliseconds. Returns generation, value, role, whether something foreign is there.</summary>
    public static readonly RedisScript Get = new("cache_get", Table + """
        local value = redis.pcall('GET', KEYS[1])
        local foreign = 0
        if type(value) == 'table' then value = false foreign = 1 end
        if value and isvoid(value) then
          redis.call('UNLINK', KEYS[1])
          value = false
        end
        local role = 0
        if ARGV[1] ~= '' then
          local owner = redis.pcall('GET', KEYS[3])
          if type(owner) ~= 'string' or owner == ARGV[1] then
            redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
            role = 1
          elseif owner == '-' then
            role = 3
          else
            role = 2
          end
        end
        return {head[1], value, role, foreign}
        """);

    /// <summary>KEYS value, table; ARGV value, milliseconds, whether it takes the place of a later one. Returns whether it is kept.</summary>
    public static readonly RedisScript Set = new("cache_set", Table + """
        if isvoid(ARGV[1]) then return 0 end
        if ARGV[3] == '0' then
          local old = redis.pcall('GETRANGE', KEYS[1], 0, 1100)
          if type(old) == 'string' and old ~= '' and generation(old) > generation(ARGV[1]) and not isvoid(old) then return 0 end
        end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """);

    /// <summary>KEYS lead; ARGV owner, milliseconds for which nobody need wait.</summary>
    public static readonly RedisScript EndLead = new("cache_end_lead", """
        if redis.pcall('GET', KEYS[1]) == ARGV[1] then
          if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], '-', 'PX', ARGV[2]) end
          return 1
        end
        return 0
        """);

    /// <summary>KEYS value.</summary>
    public static readonly RedisScript Remove = new("cache_remove", "return redis.call('UNLINK', KEYS[1])");

    /// <summary>KEYS any of the shard, table; ARGV mark. Where there is no table, whatever is kept is void already.</summary>
    public static readonly RedisScript EvictMark = new("cache_evict", Table + """
        redis.call('HSET', KEYS[2], ARGV[1], redis.call('HINCRBY', KEYS[2], 'n', 1))
        return 1
        """);

    /// <summary>KEYS any of the shard, table. What is evicted by mark before is evicted with all.</summary>
    public static readonly RedisScript EvictAll = new("cache_evict_all", Table + """
        local now = string.format('%.0f', last + 1)
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[2], 'n', now, 'a', now)
        return 1
        """);
}
