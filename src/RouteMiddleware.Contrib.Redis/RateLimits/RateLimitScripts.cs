using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Contrib.Redis.RateLimits;

/// <summary>
/// The scripts of the limits. Times are whole microseconds of the server's clock. Where that was set back, what lies in its future counts as of now: nobody is admitted too
/// early for it, and nobody waits longer than one window. What is none of ours counts as nothing, and is replaced.
/// </summary>
internal static class RateLimitScripts
{
    /// <summary>How many arguments each limit has.</summary>
    public const int ArgumentsPerLimit = 6;

    /// <summary>How many bytes are answered for each limit, one value in all: five numbers of 64 bits, little end first; admitted, left, free in (or owed), permit, parts.</summary>
    public const int BytesPerAnswer = 5 * sizeof(long);

    private const string Any = """
        local function read(key, head, size)
          local v = redis.pcall('GET', key)
          if type(v) == 'string' and #v >= head + size and (#v - head) % size == 0 then return v end
        end

        """;

    // The parts of a caller's state: a sliding log is the permits in use (4 bytes) and 12 bytes for each moment at which some were taken, oldest first. Beyond 256 moments they
    // are put together into cells of 1/128 of the window, as the last moment of each cell.
    private const string Sliding = """
        local function read_log(key, now, window)
          local v = read(key, 4, 12)
          if not v then return '', 0, 0, false end
          local used = struct.unpack('<I4', v)
          local last = struct.unpack('<I8', v, #v - 11)
          local changed = false
          if last > now + math.ceil(window / 128) then
            local kept, future = {}, 0
            for p = 5, #v, 12 do
              local time, count = struct.unpack('<I8I4', v, p)
              if time > now then future = future + count else kept[#kept + 1] = string.sub(v, p, p + 11) end
            end
            v = '....' .. table.concat(kept) .. struct.pack('<I8I4', now, future)
            last = now
            changed = true
          end
          local p = 5
          while p <= #v do
            local time, count = struct.unpack('<I8I4', v, p)
            if now - time < window then break end
            used = used - count
            p = p + 12
          end
          if p > #v then used = 0 end
          return string.sub(v, p), used, last, changed
        end
        local function round_up(time, window)
          local cell = math.max(1, math.ceil(window / 128))
          return math.ceil(time / cell) * cell
        end
        local function write_log(key, log, used, now, window)
          if #log == 0 then redis.call('DEL', key) return end
          local last = struct.unpack('<I8', log, #log - 11)
          redis.call('SET', key, struct.pack('<I4', used) .. log, 'PX', math.ceil((last + window - now) / 1000))
        end
        local function put_together(log, window)
          local kept, time, count = {}, 0, 0
          for p = 1, #log, 12 do
            local t, c = struct.unpack('<I8I4', log, p)
            t = round_up(t, window)
            if t ~= time and count > 0 then
              kept[#kept + 1] = struct.pack('<I8I4', time, count)
              count = 0
            end
            time, count = t, count + c
          end
          kept[#kept + 1] = struct.pack('<I8I4', time, count)
          return table.concat(kept)
        end
        """;

    private const string Bucket = """
        local function read_bucket(key, now, window, limit)
          local v = read(key, 0, 12)
          if not v or #v > 12 then return now, 0, false end
          local full, parts = struct.unpack('<I8I4', v)
          if parts >= limit then full, parts = full + 1, 0 end
          if full > now + window + 1 then return now + window, 0, true end
          if full < now then return now, 0, false end
          return full, parts, false
        end
        local function write_bucket(key, full, parts, now)
          redis.call('SET', key, struct.pack('<I8I4', full, parts), 'PX', math.floor((full - now) / 1000) + 1)
        end
        """;

    private const string Fixed = """
        local function read_window(key, now, window)
          local v = read(key, 0, 12)
          if not v or #v > 12 then return now, 0, false end
          local start, used = struct.unpack('<I8I4', v)
          if start > now then return now, used, true end
          if used == 0 or now - start >= window then return now, 0, false end
          return start, used, false
        end
        local function write_window(key, start, used, now, window)
          redis.call('SET', key, struct.pack('<I8I4', start, used), 'PX', math.ceil((start + window - now) / 1000))
        end
        """;

    private const string Clock = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]

        """;

    private const string AcquireSliding = """
        local log, used, last, changed = read_log(key, now, window)
        if used > limit - cost then
          local missing, p, time = used + cost - limit, 1, now
          while missing > 0 and p < #log do
            local count
            time, count = struct.unpack('<I8I4', log, p)
            missing, p = missing - count, p + 12
          end
          free = time + window - now
          if changed then write_log(key, log, used, now, window) end
        else
          admitted = 1
          used = used + cost
          if #log >= 3072 and last < now then
            log = put_together(log, window)
            last = struct.unpack('<I8', log, #log - 11)
          end
          if #log > 0 and last >= now then
            local count
            last, count = struct.unpack('<I8I4', log, #log - 11)
            log = string.sub(log, 1, #log - 12) .. struct.pack('<I8I4', last, count + cost)
            permit = last
          else
            log = log .. struct.pack('<I8I4', now, cost)
            permit = now
          end
          free = struct.unpack('<I8', log) + window - now
          write_log(key, log, used, now, window)
        end
        left = limit - used

        """;

    private const string AcquireFixed = """
        local start, used, changed = read_window(key, now, window)
        if used <= limit - cost then
          admitted = 1
          used = used + cost
          changed = true
        end
        if changed then write_window(key, start, used, now, window) end
        left, free, permit = limit - used, start + window - now, start

        """;

    private const string AcquireBucket = """
        local full, parts, changed = read_bucket(key, now, window, limit)
        local f, p = full + x, parts + y
        if p >= limit then f, p = f + 1, p - limit end
        if f - now < window or (f - now == window and p == 0) then
          admitted = 1
          full, parts = f, p
          changed = true
        end
        if changed then write_bucket(key, full, parts, now) end
        free, rest = full - now, parts

        """;

    private const string AcquireLease = """
        if type(redis.pcall('ZREMRANGEBYSCORE', key, '-inf', now)) == 'table' then redis.call('DEL', key) end
        local latest = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
        if latest[2] and tonumber(latest[2]) > now + window then
          for _, lease in ipairs(redis.call('ZRANGEBYSCORE', key, now + window, '+inf')) do
            redis.call('ZADD', key, now + window, lease)
          end
        end
        local used = redis.call('ZCARD', key) * cost
        if used <= limit - cost then
          admitted = 1
          used = used + cost
          redis.call('ZADD', key, now + window, ARGV[a + 4])
          redis.call('PEXPIRE', key, math.ceil(window / 1000))
        end
        left, free = limit - used, 1000000

        """;

    // What each limit is asked with, from the a-th argument on, and what is answered.
    private const string Limit = """
        local kind, limit, cost, window = ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
        local x, y = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
        local admitted, left, free, permit, rest = 0, 0, 0, 0, 0

        """;

    private const string One = Clock + "local a, key = 1, KEYS[1]\n" + Limit;
    private const string Answer = "struct.pack('<i8i8i8i8i8', admitted, math.max(0, left), free, permit, rest)\n";

    /// <summary>Asks limits of one caller, in order, up to the first that refuses. Keys: one for each. Arguments, for each: kind, limit, cost, window, and two numbers by kind.</summary>
    public static RedisScript Acquire { get; } = new("rate_limit_acquire", Any + Sliding + "\n" + Fixed + "\n" + Bucket + "\n" + Clock + """
        local answers = ''
        for i = 1, #KEYS do
          local a, key = i * 6 - 5, KEYS[i]

        """ + Limit + "if kind == 's' then\n" + AcquireSliding + "elseif kind == 'f' then\n" + AcquireFixed + "elseif kind == 't' then\n" + AcquireBucket + "else\n" + AcquireLease + """
          end
          answers = answers ..
        """ + " " + Answer + """
          if admitted == 0 then break end
        end
        return answers
        """);

    // Most chains have one limit. The same as above, without what the other kinds need.
    private static readonly RedisScript OneSliding = new("rate_limit_acquire", Any + Sliding + "\n" + One + AcquireSliding + "return " + Answer);
    private static readonly RedisScript OneFixed = new("rate_limit_acquire", Any + Fixed + "\n" + One + AcquireFixed + "return " + Answer);
    private static readonly RedisScript OneBucket = new("rate_limit_acquire", Any + Bucket + "\n" + One + AcquireBucket + "return " + Answer);
    private static readonly RedisScript OneLease = new("rate_limit_acquire", One + AcquireLease + "return " + Answer);

    /// <summary>The script that asks one limit. Key, arguments and answer: as of <see cref="Acquire"/>.</summary>
    public static RedisScript AcquireOne(RateLimitAlgorithm algorithm) => algorithm switch
    {
        RateLimitAlgorithm.Fixed => OneFixed,
        RateLimitAlgorithm.TokenBucket => OneBucket,
        RateLimitAlgorithm.Concurrency => OneLease,
        _ => OneSliding,
    };

    /// <summary>Gives the permits of one request back. One key; arguments: kind, limit, cost, window, steps, parts, permit.</summary>
    public static RedisScript Return { get; } = new("rate_limit_return", Any + Sliding + "\n" + Fixed + "\n" + Bucket + "\n" + Clock + """
        local key, kind, limit, cost, window = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local x, y, permit = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
        local admitted, left, free, rest = 1, 0, 0, 0
        if kind == 's' then
          local log, used = read_log(key, now, window)
          local at, rounded = 0, round_up(permit, window)
          if now - permit < window then
            for p = 1, #log, 12 do
              local time = struct.unpack('<I8', log, p)
              if time == permit then at = p break end
              if time == rounded then at = p end
            end
          end
          if at > 0 then
            local time, count = struct.unpack('<I8I4', log, at)
            local taken = math.min(cost, count)
            local slot = count > taken and struct.pack('<I8I4', time, count - taken) or ''
            used = used - taken
            log = string.sub(log, 1, at - 1) .. slot .. string.sub(log, at + 12)
            write_log(key, log, used, now, window)
          end
          left = limit - used
          free = #log > 0 and struct.unpack('<I8', log) + window - now or 0
        elseif kind == 'f' then
          local start, used = read_window(key, now, window)
          if start == permit and used > 0 then
            used = math.max(0, used - cost)
            if used > 0 then write_window(key, start, used, now, window) else redis.call('DEL', key) end
          end
          left = limit - used
          free = used > 0 and start + window - now or 0
        else
          local full, parts = read_bucket(key, now, window, limit)
          full, parts = full - x, parts - y
          if parts < 0 then full, parts = full - 1, parts + limit end
          if full < now then
            full, parts = now, 0
            redis.call('DEL', key)
          else
            write_bucket(key, full, parts, now)
          end
          free, rest = full - now, parts
        end

        """ + "return " + Answer);

    /// <summary>Says that requests still run. One key; arguments: how long that holds, then their leases.</summary>
    public static RedisScript Renew { get; } = new("rate_limit_renew", Clock + """
        for i = 2, #ARGV do
          redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[i])
        end
        redis.call('PEXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1]) / 1000))
        return 0
        """);
}
